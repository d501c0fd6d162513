namespace ClearBg.Credits;

/// <summary>What operators may call an account or a key: 1 to 100 characters, not blank, and none that would break a line, a table or a terminal.</summary>
internal static class DisplayName
{
    /// <summary>The most UTF-16 characters in a name.</summary>
    public const int MaxLength = 100;

    /// <summary>True when <paramref name="name"/> keeps to the rule.</summary>
    public static bool IsValid(string name) => name.Length <= MaxLength && !string.IsNullOrWhiteSpace(name) && !name.Any(char.IsControl);

    /// <summary>For code behind the place where input is checked.</summary>
    /// <exception cref="ArgumentException"><paramref name="name"/> breaks the rule.</exception>
    public static void ThrowIfInvalid(string name)
    {
        if (!IsValid(name))
        {
            throw new ArgumentException($"A name has 1 to {MaxLength} characters, none of them a control character.", nameof(name));
        }
    }
}
