using System.Buffers.Binary;
using ClearBg.Jobs;

namespace ClearBg.Intake;

/// <summary>The header of a WebP file (RFC 9649): lossy (VP8), lossless (VP8L), or extended (VP8X) with a canvas and perhaps an EXIF chunk.</summary>
internal static class WebPHeader
{
    private const int RiffHeader = 8;
    private const int ChunkHeader = 8;
    private const byte ExifFlag = 0x08;
    private const byte AnimationFlag = 0x02;

    private static readonly Failure Corrupt = new(FailureCode.FailedToReadImage, "The WebP header is corrupt.");
    private static readonly Failure CutShort = new(FailureCode.FailedToReadImage, "The WebP file is cut short.");

    /// <param name="file">A file that starts with "RIFF", a length, and "WEBP".</param>
    public static Outcome<StoredSize> Read(ReadOnlySpan<byte> file)
    {
        // What lies after the RIFF container is none of the picture; a container longer than the file is refused by libwebp too.
        var length = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (length > file.Length - RiffHeader)
        {
            return CutShort;
        }

        var container = file.Slice(RiffHeader, (int)length);
        if (container.Length < 4 || !TryTakeChunk(container[4..], out var type, out var payload, out var rest))
        {
            return CutShort;
        }

        if (!type.SequenceEqual("VP8X"u8))
        {
            return SizeOf(type, payload) is { } size ? size : Corrupt;
        }

        // Flags, 3 reserved bytes, width − 1 and height − 1 of 24 bits each.
        if (payload is not [var flags, _, _, _, var w0, var w1, var w2, var h0, var h1, var h2])
        {
            return Corrupt;
        }

        var canvas = new StoredSize(1u + (uint)(w0 | (w1 << 8) | (w2 << 16)), 1u + (uint)(h0 | (h1 << 8) | (h2 << 16)), ExifOrientation.Upright);
        return Extended(flags, canvas, rest);
    }

    /// <summary>Looks through the chunks after VP8X.</summary>
    private static Outcome<StoredSize> Extended(byte flags, StoredSize canvas, ReadOnlySpan<byte> rest)
    {
        var orientation = 0;
        while (TryTakeChunk(rest, out var type, out var payload, out rest))
        {
            if (orientation == 0 && (flags & ExifFlag) != 0 && type.SequenceEqual("EXIF"u8))
            {
                orientation = ExifOrientation.Read(payload.StartsWith(ExifOrientation.Prefix) ? payload[ExifOrientation.Prefix.Length..] : payload);
            }

            // A small canvas must not vouch for a large frame. Frames of animations lie deeper, and libwebp holds them to the canvas.
            if ((flags & AnimationFlag) == 0 && SizeOf(type, payload) is { } frame && (frame.Width != canvas.Width || frame.Height != canvas.Height))
            {
                return Corrupt;
            }
        }

        return canvas with { Orientation = Math.Max(orientation, ExifOrientation.Upright) };
    }

    /// <summary>The size in a chunk of picture data; null for any other chunk, and for a corrupt one.</summary>
    private static StoredSize? SizeOf(ReadOnlySpan<byte> type, ReadOnlySpan<byte> payload)
    {
        // RFC 6386, 9.1: a key frame's tag, its start code, then two sides of 14 bits under 2 bits of scaling.
        if (type.SequenceEqual("VP8 "u8) && payload is [var tag, _, _, 0x9D, 0x01, 0x2A, var w0, var w1, var h0, var h1, ..] && (tag & 1) == 0)
        {
            return new StoredSize((uint)(w0 | ((w1 & 0x3F) << 8)), (uint)(h0 | ((h1 & 0x3F) << 8)), ExifOrientation.Upright);
        }

        // RFC 9649, 3.4: signature, both sides − 1 in 14 bits each, an alpha bit, version 0 in 3 bits.
        if (type.SequenceEqual("VP8L"u8) && payload is [0x2F, _, _, _, <= 0x1F, ..])
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(payload[1..]);
            return new StoredSize((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1, ExifOrientation.Upright);
        }

        return null;
    }

    private static bool TryTakeChunk(ReadOnlySpan<byte> chunks, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> rest)
    {
        type = payload = rest = default;
        if (chunks.Length < ChunkHeader)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
        if (length > chunks.Length - ChunkHeader)
        {
            return false;
        }

        type = chunks[..4];
        payload = chunks.Slice(ChunkHeader, (int)length);

        // Chunks are padded to even lengths; some writers leave the last padding out.
        rest = chunks[Math.Min(chunks.Length, ChunkHeader + (int)length + ((int)length & 1))..];
        return true;
    }
}
