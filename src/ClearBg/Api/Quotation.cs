using System.Globalization;
using System.Text;

namespace ClearBg.Api;

/// <summary>A caller's words in our sentence: short, and with nothing in them that acts on a terminal or a log.</summary>
internal static class Quotation
{
    private const int MostCharacters = 40;

    /// <summary>The value between quotation marks: 40 characters at most, an ellipsis where it was cut, U+FFFD for what is no printable text.</summary>
    public static string Of(string value) => $"'{Printable(value, MostCharacters)}'";

    /// <summary>The value without quotation marks, cut after so many characters.</summary>
    public static string Printable(string value, int most = int.MaxValue)
    {
        var quoted = new StringBuilder();
        var characters = 0;
        foreach (var character in value.EnumerateRunes())
        {
            if (++characters > most)
            {
                quoted.Append('…');
                break;
            }

            quoted.Append((IsPrintable(character) ? character : Rune.ReplacementChar).ToString());
        }

        return quoted.ToString();
    }

    /// <summary>Format characters go as well as controls: some turn the direction of everything after them.</summary>
    private static bool IsPrintable(Rune character) => Rune.GetUnicodeCategory(character) is not
        (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
