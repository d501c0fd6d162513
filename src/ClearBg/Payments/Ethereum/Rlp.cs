using System.Buffers.Binary;
using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>Recursive-length prefix, the form in which transactions are hashed and sent (Ethereum yellow paper, appendix B). Written only: nothing here reads it.</summary>
internal static class Rlp
{
    private const byte StringPrefix = 0x80;
    private const byte ListPrefix = 0xC0;
    private const int ShortLimit = 55;

    /// <summary>A string of bytes.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> bytes) => bytes is [< StringPrefix] ? [bytes[0]] : [.. Header(StringPrefix, bytes.Length), .. bytes];

    /// <summary>A number that is not negative: its bytes without leading zeros, none for zero.</summary>
    public static byte[] Number(BigInteger number) => number.IsZero ? [StringPrefix] : Bytes(number.ToByteArray(isUnsigned: true, isBigEndian: true));

    /// <summary>A list of items that are encoded already.</summary>
    public static byte[] List(params ReadOnlySpan<byte[]> items)
    {
        var length = 0;
        foreach (var item in items)
        {
            length += item.Length;
        }

        var list = new List<byte>(length + 1 + sizeof(int));
        list.AddRange(Header(ListPrefix, length));
        foreach (var item in items)
        {
            list.AddRange(item);
        }

        return [.. list];
    }

    private static byte[] Header(byte prefix, int length)
    {
        if (length <= ShortLimit)
        {
            return [(byte)(prefix + length)];
        }

        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        var digits = bytes.TrimStart((byte)0);
        return [(byte)(prefix + ShortLimit + digits.Length), .. digits];
    }
}
