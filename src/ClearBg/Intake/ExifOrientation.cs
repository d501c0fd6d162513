using System.Buffers.Binary;

namespace ClearBg.Intake;

/// <summary>The orientation tag of an EXIF block (CIPA DC-008, 4.6.4 A: tag 274 of the first directory of a TIFF 6.0 structure).</summary>
internal static class ExifOrientation
{
    /// <summary>Stored the way it is looked at; also what is assumed without a tag.</summary>
    public const int Upright = 1;

    private const ushort Tag = 0x0112;
    private const int EntryLength = 12;

    /// <summary>What JPEG puts before the structure, and some writers of WebP as well.</summary>
    public static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>1 to 8; 1 when there is no tag, or nothing that can be understood.</summary>
    /// <param name="tiff">The structure, without prefix.</param>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        bool littleEndian;
        switch (tiff)
        {
            case [(byte)'I', (byte)'I', 42, 0, _, _, _, _, ..]:
                littleEndian = true;
                break;
            case [(byte)'M', (byte)'M', 0, 42, _, _, _, _, ..]:
                littleEndian = false;
                break;
            default:
                return Upright;
        }

        var offset = UInt32(tiff[4..], littleEndian);
        if (offset > tiff.Length - 2)
        {
            return Upright;
        }

        var directory = tiff[(int)offset..];
        var entries = directory[2..];
        for (var left = UInt16(directory, littleEndian); left > 0 && entries.Length >= EntryLength; left--, entries = entries[EntryLength..])
        {
            if (UInt16(entries, littleEndian) == Tag)
            {
                return ValueOf(entries, littleEndian) is >= 1 and <= 8 and var value ? (int)value : Upright;
            }
        }

        return Upright;
    }

    /// <summary>The standard wants one SHORT. Like libexif, this also takes a BYTE or a LONG, signed or not, and the first of several that fit into the entry.</summary>
    private static uint ValueOf(ReadOnlySpan<byte> entry, bool littleEndian) =>
        (Type: UInt16(entry[2..], littleEndian), Count: UInt32(entry[4..], littleEndian)) switch
        {
            (1 or 6, >= 1 and <= 4) => entry[8],
            (3 or 8, 1 or 2) => UInt16(entry[8..], littleEndian),
            (4 or 9, 1) => UInt32(entry[8..], littleEndian),
            _ => 0,
        };

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
