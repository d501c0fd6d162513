using System.Globalization;

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

    /// <summary>
    /// Reads a CSS colour name, or 3, 4, 6 or 8 hexadecimal digits (RGB, RGBA, RRGGBB, RRGGBBAA) with or without "#"; any case, white space around it
    /// (CSS Color 4, 5.2 and 6.1).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Rgba color)
    {
        text = text.Trim();
        if (ColorNames.TryFind(text, out color))
        {
            return true;
        }

        var digits = text is ['#', .. var afterHash] ? afterHash : text;
        if (digits.Length is not (3 or 4 or 6 or 8) || !uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
        {
            return false;
        }

        color = digits.Length switch
        {
            // A short digit stands for itself twice: F is FF, 255 is 15 × 17.
            3 => new(Doubled(bits >> 8), Doubled(bits >> 4), Doubled(bits)),
            4 => new(Doubled(bits >> 12), Doubled(bits >> 8), Doubled(bits >> 4), Doubled(bits)),
            6 => new((byte)(bits >> 16), (byte)(bits >> 8), (byte)bits),
            _ => new((byte)(bits >> 24), (byte)(bits >> 16), (byte)(bits >> 8), (byte)bits),
        };
        return true;
    }

    private static byte Doubled(uint digit) => (byte)((digit & 0xF) * 17);
}
