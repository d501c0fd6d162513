using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>Thirty-two bytes that are compared by value: a hash, a nonce of EIP-3009, a topic of a log. The default value is all zeros.</summary>
internal readonly record struct Bytes32
{
    /// <summary>Bytes in it.</summary>
    public const int Length = 32;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <param name="bytes">Just 32.</param>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length, nameof(bytes));
        (_high, _low) = (BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));
    }

    /// <summary>As an unsigned number, the first byte its highest.</summary>
    public BigInteger ToNumber() => ((BigInteger)_high << 128) + _low;

    /// <summary>A copy.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Writes the 32 bytes to the start of <paramref name="target"/>.</summary>
    public void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt128BigEndian(target, _high);
        BinaryPrimitives.WriteUInt128BigEndian(target[16..], _low);
    }

    /// <summary>Reads 0x and 64 hexadecimal digits of either case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Bytes32 value)
    {
        var isValid = Hex.TryParse(text, Length, out var bytes);
        value = isValid ? new(bytes) : default;
        return isValid;
    }

    /// <summary>0x and 64 lower-case digits.</summary>
    public override string ToString() => Hex.Format(ToArray());
}
