namespace ClearBg.Imaging;

/// <summary>A colour in sRGB with straight alpha, 0–255 each.</summary>
internal readonly record struct Rgba(byte Red, byte Green, byte Blue, byte Alpha = 255)
{
    public static readonly Rgba White = new(255, 255, 255);

    public bool IsOpaque => Alpha == 255;

    /// <summary>This colour over an opaque one.</summary>
    public Rgba Over(Rgba under)
    {
        var alpha = Alpha;
        return new Rgba(Mix(Red, under.Red), Mix(Green, under.Green), Mix(Blue, under.Blue));

        byte Mix(byte over, byte below) => (byte)(((over * alpha) + (below * (255 - alpha)) + 127) / 255);
    }
}
