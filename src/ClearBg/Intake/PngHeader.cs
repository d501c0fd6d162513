using System.Buffers.Binary;
using ClearBg.Jobs;

namespace ClearBg.Intake;

/// <summary>The header of a PNG file: IHDR, and the orientation in an eXIf chunk (PNG Third Edition, W3C 2025, sections 5, 11.2.1 and 11.3.4.2).</summary>
internal static class PngHeader
{
    private const int SignatureLength = 8;

    /// <summary>Length, type and checksum around a chunk's data.</summary>
    private const int ChunkFrame = 12;

    private const int IhdrLength = 13;

    /// <param name="file">A file that starts with the PNG signature.</param>
    public static Outcome<StoredSize> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < SignatureLength + ChunkFrame + IhdrLength)
        {
            return Unreadable("The PNG header is cut short.");
        }

        if (file[SignatureLength..] is not [0, 0, 0, IhdrLength, (byte)'I', (byte)'H', (byte)'D', (byte)'R', ..])
        {
            return Unreadable("The PNG file does not start with its header.");
        }

        var header = file.Slice(SignatureLength + 8, IhdrLength);
        if (!IsSane(header))
        {
            return Unreadable("The PNG header is corrupt.");
        }

        return new StoredSize(
            BinaryPrimitives.ReadUInt32BigEndian(header),
            BinaryPrimitives.ReadUInt32BigEndian(header[4..]),
            OrientationIn(file[(SignatureLength + ChunkFrame + IhdrLength)..]));
    }

    /// <summary>Bit depth, colour type, compression, filter and interlace: table 11.1 of the specification.</summary>
    private static bool IsSane(ReadOnlySpan<byte> header) => header[8..] switch
    {
        [1 or 2 or 4 or 8 or 16, 0, 0, 0, 0 or 1] => true,
        [8 or 16, 2 or 4 or 6, 0, 0, 0 or 1] => true,
        [1 or 2 or 4 or 8, 3, 0, 0, 0 or 1] => true,
        _ => false,
    };

    /// <summary>Looks at the chunks up to the pixels. An eXIf after them is allowed but libvips doesn't see it when it decodes, so neither may we.</summary>
    private static int OrientationIn(ReadOnlySpan<byte> chunks)
    {
        while (chunks.Length >= ChunkFrame)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunks);
            var type = chunks.Slice(4, 4);
            if (length > chunks.Length - ChunkFrame || type.SequenceEqual("IDAT"u8))
            {
                break;
            }

            if (type.SequenceEqual("eXIf"u8))
            {
                return ExifOrientation.Read(chunks.Slice(8, (int)length));
            }

            chunks = chunks[((int)length + ChunkFrame)..];
        }

        return ExifOrientation.Upright;
    }

    private static Failure Unreadable(string detail) => new(FailureCode.FailedToReadImage, detail);
}
