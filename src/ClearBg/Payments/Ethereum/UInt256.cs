using System.Globalization;
using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// The machine's numbers: 0 to 2²⁵⁶ − 1, held in <see cref="BigInteger"/>, and the 32-byte words that they are in calls, logs and digests (the EVM's yellow paper, 9.1;
/// the contract ABI, "uint256").
/// </summary>
internal static class UInt256
{
    /// <summary>Bytes in a word.</summary>
    public const int Length = 32;

    /// <summary>2²⁵⁶ − 1.</summary>
    public static readonly BigInteger Max = (BigInteger.One << 256) - 1;

    /// <summary>Decimal digits in <see cref="Max"/>.</summary>
    private const int MostDigits = 78;

    /// <summary>True for what a word can hold.</summary>
    public static bool Fits(BigInteger number) => number.Sign >= 0 && number <= Max;

    /// <summary>Reads decimal ASCII digits without sign, space or separator. Leading zeros are let pass up to 78 digits in all.</summary>
    public static bool TryParseDecimal(string? text, out BigInteger number)
    {
        number = default;

        // The base library lets zero bytes pass at a number's end.
        return text is { Length: > 0 and <= MostDigits } && !text.AsSpan().ContainsAnyExceptInRange('0', '9')
            && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && Fits(number);
    }

    /// <summary>The number in 32 bytes, the highest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It doesn't fit.</exception>
    public static byte[] ToWord(BigInteger number)
    {
        if (!Fits(number))
        {
            throw new ArgumentOutOfRangeException(nameof(number));
        }

        var word = new byte[Length];
        var count = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(word.AsSpan(Length - count), out _, isUnsigned: true, isBigEndian: true);
        return word;
    }

    /// <summary>The number that bytes are, the highest first.</summary>
    public static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
