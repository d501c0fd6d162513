using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>Bytes and numbers as Ethereum's JSON-RPC writes them (execution-apis, "DATA" and "QUANTITY").</summary>
internal static class Hex
{
    /// <summary>0x and two lower-case digits for each byte.</summary>
    public static string Format(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>0x and the digits of a number that is not negative, without leading zeros; 0x0 for zero.</summary>
    public static string FormatQuantity(BigInteger number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var digits = number.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary>Reads 0x and an even number of digits of either case; "0x" is no bytes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        if (text is not ['0', 'x', ..] || (text.Length & 1) != 0 || !text.AsSpan(2).ContainsOnlyHex())
        {
            bytes = null;
            return false;
        }

        bytes = Convert.FromHexString(text.AsSpan(2));
        return true;
    }

    /// <summary>Reads 0x and the digits of just so many bytes. What has another length isn't read at all.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, int length, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        return text?.Length == 2 + (2 * length) && TryParse(text, out bytes);
    }

    /// <summary>Reads 0x and 1 to 64 digits: a number below 2²⁵⁶. Leading zeros, which the specification forbids, are let pass.</summary>
    public static bool TryParseQuantity([NotNullWhen(true)] string? text, out BigInteger number)
    {
        number = default;

        // The zero in front keeps the base library from taking a high first digit for a sign.
        return text is { Length: > 2 and <= 66 } and ['0', 'x', ..] && text.AsSpan(2).ContainsOnlyHex()
            && BigInteger.TryParse(string.Concat("0", text.AsSpan(2)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    extension(ReadOnlySpan<char> text)
    {
        private bool ContainsOnlyHex()
        {
            foreach (var character in text)
            {
                if (!char.IsAsciiHexDigit(character))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
