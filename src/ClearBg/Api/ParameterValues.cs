using System.Globalization;
using ClearBg.Imaging;

namespace ClearBg.Api;

/// <summary>
/// Values that are more than a name: colours, lengths and percentages. Every parser takes trimmed, non-empty text, and numbers in plain decimal notation.
/// </summary>
internal static class ParameterValues
{
    public const string BackgroundSentence = "3, 4, 6 or 8 hexadecimal digits or a CSS colour name";
    public const string MarginsSentence = "1, 2 or 4 lengths of 0 to 500px or 0% to 50% of the subject";
    public const string ScaleSentence = "original or 10% to 100%";
    public const string PositionSentence = "original, center, or one or two percentages of 0% to 100%";

    public const string RegionSentence = "four lengths: left, top, right and bottom in px or % of the image";
    public const string OpacitySentence = "auto or a number from 0 to 100";

    private const double MostPixels = 500;
    private const double MostOfSubject = 0.5;

    /// <summary>A colour; null for one with alpha 0, by which clients say "no background".</summary>
    public static bool TryBackground(string text, out Rgba? color)
    {
        var valid = Rgba.TryParse(text, out var parsed);
        color = parsed.Alpha == 0 ? null : parsed;
        return valid;
    }

    /// <summary>Lengths in the order of CSS margins: all; top and bottom, left and right; or top, right, bottom, left.</summary>
    public static bool TryMargins(string text, out Margins margins)
    {
        margins = Margins.None;
        var lengths = new List<Length>(4);
        foreach (var word in Words(text))
        {
            if (!TryLength(word, out var length) || length.Value > (length.IsRelative ? MostOfSubject : MostPixels))
            {
                return false;
            }

            lengths.Add(length);
        }

        (var valid, margins) = lengths switch
        {
            [var all] => (true, new Margins(all, all, all, all)),
            [var vertical, var horizontal] => (true, new Margins(vertical, horizontal, vertical, horizontal)),
            [var top, var right, var bottom, var left] => (true, new Margins(top, right, bottom, left)),
            _ => (false, margins),
        };
        return valid;
    }

    /// <summary>A fraction of 0.1 to 1; null for "original".</summary>
    public static bool TryScale(string text, out double? scale)
    {
        scale = null;
        if (text.Equals("original", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!TryPercentage(text, out var fraction) || fraction is < 0.1 or > 1)
        {
            return false;
        }

        scale = fraction;
        return true;
    }

    /// <summary>One percentage stands for both axes; of two the first is horizontal.</summary>
    public static bool TryPosition(string text, out Position position)
    {
        position = default;
        if (text.Equals("original", StringComparison.OrdinalIgnoreCase))
        {
            position = Position.Original;
            return true;
        }

        if (text.Equals("center", StringComparison.OrdinalIgnoreCase))
        {
            position = Position.Center;
            return true;
        }

        var words = Words(text);
        if (words.Length > 2 || !TryPercentage(words[0], out var x) || !TryPercentage(words[^1], out var y) || x > 1 || y > 1)
        {
            return false;
        }

        position = new Position(x, y);
        return true;
    }

    /// <summary>Left, top, right and bottom; whether that is inside of a picture is the picture's matter.</summary>
    public static bool TryRegion(string text, out Region region)
    {
        region = default;
        if (Words(text) is not [var left, var top, var right, var bottom]
            || !TryLength(left, out var x1) || !TryLength(top, out var y1) || !TryLength(right, out var x2) || !TryLength(bottom, out var y2))
        {
            return false;
        }

        region = new Region(x1, y1, x2, y2);
        return true;
    }

    /// <summary>A fraction of 0 to 1 for a number of 0 to 100, with or without a percent sign; null for "auto".</summary>
    public static bool TryOpacity(string text, out double? opacity)
    {
        opacity = null;
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!TryNumber(text is [.. var number, '%'] ? number : text, out var percent) || percent > 100)
        {
            return false;
        }

        opacity = percent / 100;
        return true;
    }

    /// <summary>"30", "30px" or "10%".</summary>
    private static bool TryLength(ReadOnlySpan<char> word, out Length length)
    {
        if (TryPercentage(word, out var fraction))
        {
            length = new Length(fraction, IsRelative: true);
            return true;
        }

        var number = word.EndsWith("px", StringComparison.OrdinalIgnoreCase) ? word[..^2] : word;
        var valid = TryNumber(number, out var pixels);
        length = new Length(pixels, IsRelative: false);
        return valid;
    }

    /// <summary>"10%" as 0.1.</summary>
    private static bool TryPercentage(ReadOnlySpan<char> word, out double fraction)
    {
        fraction = 0;
        if (word is not [.. var number, '%'] || !TryNumber(number, out var percent))
        {
            return false;
        }

        fraction = percent / 100;
        return true;
    }

    /// <summary>Digits with at most one point. The parser alone would take "NaN" and "Infinity", whatever the style says.</summary>
    private static bool TryNumber(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        return text is [(>= '0' and <= '9') or '.', ..]
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
