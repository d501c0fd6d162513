namespace ClearBg.Imaging;

/// <summary>What an output keeps of its input besides pixels.</summary>
/// <param name="IccProfile">The RGB profile that the pixels are in; null means sRGB.</param>
/// <param name="HorizontalResolution">Pixels per millimetre.</param>
/// <param name="VerticalResolution">Pixels per millimetre.</param>
internal sealed record PictureMetadata(byte[]? IccProfile, double HorizontalResolution, double VerticalResolution);
