using System.CommandLine.Parsing;
using System.Globalization;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary>Reads what is given to the verbs about accounts, keys and applications. What cannot be read is refused in a sentence that doesn't repeat it.</summary>
internal static class CommandValue
{
    private const string Printable = "characters, none of them invisible or a line break";

    /// <summary>Words that are kept as they are: <see cref="DisplayName"/>.</summary>
    public static string Text(ArgumentResult value)
    {
        if (!DisplayName.IsValid(Word(value)))
        {
            value.AddError($"{Label(value)} takes 1 to {DisplayName.MaxLength} {Printable}.");
        }

        return Word(value);
    }

    /// <summary>What to call a new account or application, so that nobody takes it for something else.</summary>
    public static string NewName(ArgumentResult value)
    {
        var name = Text(value);
        if (name is ['-', ..])
        {
            // The library takes a mistyped option for an argument.
            value.AddError("No option is called so, and a name does not begin with a hyphen.");
        }
        else if (name.Length == PublicId.Length && name.All(char.IsAsciiHexDigitLower))
        {
            value.AddError($"A name of {PublicId.Length} hexadecimal digits would look like an id.");
        }

        return name;
    }

    /// <summary>Credits, negative ones too.</summary>
    public static CreditAmount Amount(ArgumentResult value)
    {
        if (!CreditAmount.TryParse(Word(value), out var amount))
        {
            value.AddError($"{Label(value)} takes credits such as 100 or 0.25: three decimals at most, and no more than {CreditAmount.Max} either way.");
        }

        return amount;
    }

    /// <summary>Credits, none or more.</summary>
    public static CreditAmount Opening(ArgumentResult value)
    {
        var amount = Amount(value);
        if (amount < default(CreditAmount))
        {
            value.AddError($"{Label(value)} takes no negative amount.");
        }

        return amount;
    }

    /// <summary>A whole number within bounds.</summary>
    public static Func<ArgumentResult, long> Count(long least, long most) => value =>
    {
        if (!long.TryParse(Word(value), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < least || count > most)
        {
            value.AddError(string.Create(CultureInfo.InvariantCulture, $"{Label(value)} takes a whole number from {least} to {most}."));
        }

        return count;
    };

    /// <summary>One of a few words.</summary>
    public static Func<ArgumentResult, T?> OneOf<T>(params (string Word, T Value)[] words)
        where T : struct => value =>
    {
        foreach (var (word, meaning) in words)
        {
            if (string.Equals(word, Word(value), StringComparison.OrdinalIgnoreCase))
            {
                return meaning;
            }
        }

        value.AddError($"{Label(value)} takes one of: {string.Join(", ", words.Select(static known => known.Word))}.");
        return null;
    };

    private static string Word(ArgumentResult value) => value.Tokens[0].Value;

    private static string Label(ArgumentResult value) => value.Parent is OptionResult option ? option.Option.Name : value.Argument.Name;
}
