using System.Globalization;
using System.Text;

namespace ClearBg.Credits;

/// <summary>What operators may call an account or a key: 1 to 100 characters, not blank, and none that would break a line, a table or a terminal.</summary>
internal static class DisplayName
{
    /// <summary>The most UTF-16 characters in a name.</summary>
    public const int MaxLength = 100;

    /// <summary>True when <paramref name="name"/> keeps to the rule.</summary>
    public static bool IsValid(string name) => name.Length <= MaxLength && !string.IsNullOrWhiteSpace(name) && name.EnumerateRunes().All(IsPrintable);

    /// <summary>What makes a new line without being a control character, and what turns the direction of the text after it, acts on a list as controls do.</summary>
    private static bool IsPrintable(Rune character) => Rune.GetUnicodeCategory(character) is not
        (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>For code behind the place where input is checked.</summary>
    /// <exception cref="ArgumentException"><paramref name="name"/> breaks the rule.</exception>
    public static void ThrowIfInvalid(string name)
    {
        if (!IsValid(name))
        {
            throw new ArgumentException($"A name has 1 to {MaxLength} characters, none of them invisible or a line break.", nameof(name));
        }
    }
}
