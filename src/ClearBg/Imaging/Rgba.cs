namespace ClearBg.Imaging;

/// <summary>A colour in sRGB with straight alpha, 0–255 each.</summary>
internal readonly record struct Rgba(byte Red, byte Green, byte Blue, byte Alpha = 255)
{
    public static readonly Rgba White = new(255, 255, 255);

    public bool IsOpaque => Alpha == 255;
}
