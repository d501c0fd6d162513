using ClearBg.Imaging;
using ClearBg.Intake;

namespace ClearBg.Jobs;

/// <summary>A picture that becomes the new background: its header has been read, its pixels wait until the canvas is known.</summary>
/// <param name="Header">Within the limits that hold for every picture.</param>
/// <param name="File">The whole file, the caller's.</param>
internal sealed record BackgroundPicture(PictureHeader Header, PixelBuffer File)
{
    /// <summary>Pixels, as sent.</summary>
    public long Pixels => (long)Header.Width * Header.Height;

    /// <summary>True where no pixel can be transparent. PNG and WebP tell only when they are decoded.</summary>
    public bool IsOpaque => Header.Format == PictureFormat.Jpeg;

    /// <summary>Reads the header.</summary>
    /// <returns>The refusals of <see cref="PictureHeader.Read"/>, which say that they are about the background.</returns>
    public static Outcome<BackgroundPicture> Read(PixelBuffer file, IntakeOptions limits) =>
        PictureHeader.Read(file.Bytes, limits).Succeeded(out var header, out var failure) ? new BackgroundPicture(header, file) : Refusal(failure);

    /// <summary>A refusal of this picture: the same code as for the other one, so the sentence has to tell which is meant.</summary>
    public static Failure Refusal(Failure failure) => failure with { Detail = $"The background image: {failure.Detail}" };
}
