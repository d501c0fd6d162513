using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ClearBg.Payments.Ethereum;

/// <summary>An account or contract: 20 bytes, compared by value. The default value is the zero address.</summary>
internal readonly record struct Address
{
    /// <summary>Bytes in it.</summary>
    public const int Length = 20;

    private readonly UInt128 _high;
    private readonly uint _low;

    /// <param name="bytes">Just 20.</param>
    public Address(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length, nameof(bytes));
        (_high, _low) = (BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));
    }

    /// <summary>A copy.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Writes the 20 bytes to the start of <paramref name="target"/>.</summary>
    public void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt128BigEndian(target, _high);
        BinaryPrimitives.WriteUInt32BigEndian(target[16..], _low);
    }

    /// <summary>Reads 0x and 40 hexadecimal digits. Their case says nothing here: clients send all-lower, all-upper and EIP-55, and some get EIP-55 wrong.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address)
    {
        var isValid = Hex.TryParse(text, Length, out var bytes);
        address = isValid ? new(bytes) : default;
        return isValid;
    }

    /// <summary>EIP-55: 0x and 40 digits, where a letter is upper-case when the same place in the hash of the lower-case digits is 8 or more.</summary>
    public override string ToString()
    {
        var digits = Convert.ToHexStringLower(ToArray());
        var hash = Convert.ToHexStringLower(Keccak256.Hash(Encoding.ASCII.GetBytes(digits)).ToArray());
        return string.Create(2 + digits.Length, (digits, hash), static (text, state) =>
        {
            "0x".CopyTo(text);
            for (var i = 0; i < state.digits.Length; i++)
            {
                text[2 + i] = state.hash[i] >= '8' ? char.ToUpperInvariant(state.digits[i]) : state.digits[i];
            }
        });
    }
}
