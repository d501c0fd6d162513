using System.Buffers.Binary;
using System.Globalization;
using ClearBg.Jobs;

namespace ClearBg.Intake;

/// <summary>
/// The header of a JPEG file (ITU-T T.81, annex B): the frame's size, the EXIF orientation, and how many scans follow. Markers are found exactly as libjpeg finds
/// them, down to what it skips, so that no file can show us another frame or fewer scans than it shows the decoder.
/// </summary>
internal static class JpegHeader
{
    /// <summary>
    /// Each scan of a progressive file goes over the whole picture again: a few bytes a scan buy seconds of decoding. Encoders write about 10.
    /// </summary>
    private const int MaxScans = 100;

    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte Exif = 0xE1;

    /// <param name="file">A file that starts with the JPEG signature.</param>
    public static Outcome<StoredSize> Read(ReadOnlySpan<byte> file)
    {
        // A phone's preview is a JPEG of its own inside an APP segment, and an MP4 may follow the picture: segments are skipped by length, and EOI ends the walk.
        var rest = file[2..];
        StoredSize? frame = null;
        var (orientation, scans) = (0, 0);
        for (var marker = NextMarker(ref rest); marker != EndOfImage; marker = NextMarker(ref rest))
        {
            if (IsBare(marker))
            {
                continue;
            }

            if (!TryTakeSegment(ref rest, out var segment))
            {
                break;
            }

            if (IsFrame(marker) && frame is null)
            {
                if (!ReadFrame(marker, segment).Succeeded(out var size, out var failure))
                {
                    return failure;
                }

                frame = size;
            }
            else if (marker == Exif && orientation == 0 && scans == 0 && segment.StartsWith("Exif"u8))
            {
                // The first block counts, even where it is garbage: libvips looks no further.
                orientation = segment.StartsWith(ExifOrientation.Prefix) ? ExifOrientation.Read(segment[ExifOrientation.Prefix.Length..]) : ExifOrientation.Upright;
            }
            else if (marker == StartOfScan)
            {
                if (frame is null)
                {
                    return Unreadable("The JPEG file has a scan before its frame header.");
                }

                if (++scans > MaxScans)
                {
                    return Unreadable(string.Create(CultureInfo.InvariantCulture, $"The JPEG file has more than {MaxScans} scans."));
                }
            }
        }

        return frame is { } found && scans > 0
            ? found with { Orientation = Math.Max(orientation, ExifOrientation.Upright) }
            : Unreadable("The JPEG header is cut short.");
    }

    /// <summary>B.2.2: precision, lines, samples a line, components, and 3 bytes a component.</summary>
    private static Outcome<StoredSize> ReadFrame(byte marker, ReadOnlySpan<byte> segment)
    {
        // SOF0 to SOF2 are baseline, extended and progressive Huffman. Lossless, hierarchical and arithmetic files hardly exist.
        if (marker > 0xC2)
        {
            return Unreadable("The JPEG file is lossless, hierarchical or arithmetically coded; only baseline and progressive are read.");
        }

        if (segment is not [var precision, _, _, _, _, var components and >= 1 and <= 4, ..] || segment.Length != 6 + (3 * components))
        {
            return Unreadable("The JPEG frame header is corrupt.");
        }

        if (precision != 8)
        {
            return Unreadable(string.Create(CultureInfo.InvariantCulture, $"The JPEG file has {precision} bits a sample; only 8 are read."));
        }

        return new StoredSize(BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), ExifOrientation.Upright);
    }

    /// <summary>SOF0 to SOF15; among them lie DHT (C4), JPG (C8) and DAC (CC).</summary>
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>
    /// RST0 to RST7 and SOI have no length. Nor, for us, has anything below SOF0: TEM has none, and the reserved rest is skipped bare by libjpeg where it
    /// looks for a restart. A length read there would let a file hide scans.
    /// </summary>
    private static bool IsBare(byte marker) => marker is < 0xC0 or (>= 0xD0 and <= 0xD8);

    /// <summary>The next marker; what is left begins after it. Entropy-coded data and garbage are passed over by a vectorised search; the end counts as EOI.</summary>
    private static byte NextMarker(ref ReadOnlySpan<byte> rest)
    {
        while (true)
        {
            var start = rest.IndexOf((byte)0xFF);
            var code = start < 0 ? -1 : rest[start..].IndexOfAnyExcept((byte)0xFF);
            if (code < 0)
            {
                return EndOfImage;
            }

            var marker = rest[start + code];
            rest = rest[(start + code + 1)..];

            // FF 00 is a stuffed data byte.
            if (marker != 0)
            {
                return marker;
            }
        }
    }

    /// <summary>Takes a segment's payload. False when the file ends before it does.</summary>
    private static bool TryTakeSegment(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(rest, out var length))
        {
            return false;
        }

        // The length counts its own two bytes. libjpeg takes less than that for an empty segment.
        var end = Math.Max(length, (ushort)2);
        if (end > rest.Length)
        {
            return false;
        }

        payload = rest[2..end];
        rest = rest[end..];
        return true;
    }

    private static Failure Unreadable(string detail) => new(FailureCode.FailedToReadImage, detail);
}
