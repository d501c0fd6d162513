using System.Buffers.Binary;
using ClearBg.Imaging;

namespace ClearBg.Tests.Intake;

/// <summary>Picture files made by hand: headers that say anything, and real files with an EXIF block put in.</summary>
internal static class PictureFiles
{
    private static readonly PictureMetadata Plain = new(null, 2.835, 2.835);

    public static byte[] Png(uint width, uint height, byte depth = 8, byte color = 6, params byte[][] chunks) =>
        [
            0x89, .. "PNG\r\n\u001A\n"u8, .. PngChunk("IHDR", [.. BigEndian(width), .. BigEndian(height), depth, color, 0, 0, 0]),
            .. chunks.SelectMany(chunk => chunk), .. PngChunk("IDAT", []), .. PngChunk("IEND", []),
        ];

    public static byte[] PngChunk(string type, byte[] data)
    {
        byte[] typed = [.. Latin(type), .. data];
        return [.. BigEndian((uint)data.Length), .. typed, .. BigEndian(Crc32(typed))];
    }

    /// <summary>A frame, a scan without data, and the end.</summary>
    public static byte[] Jpeg(int width, int height, byte frame = 0xC0, int scans = 1, byte precision = 8, params byte[][] segments) =>
        [
            0xFF, 0xD8, .. segments.SelectMany(segment => segment),
            .. JpegSegment(frame, [precision, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]),
            .. Enumerable.Repeat(JpegSegment(0xDA, [1, 1, 0, 0, 63, 0]), scans).SelectMany(scan => scan), 0xFF, 0xD9,
        ];

    public static byte[] JpegSegment(byte marker, byte[] payload) => [0xFF, marker, (byte)((payload.Length + 2) >> 8), (byte)(payload.Length + 2), .. payload];

    public static byte[] WebP(params byte[][] chunks)
    {
        byte[] body = [.. "WEBP"u8, .. chunks.SelectMany(chunk => chunk)];
        return [.. "RIFF"u8, .. LittleEndian((uint)body.Length), .. body];
    }

    public static byte[] WebPChunk(string type, byte[] data) => [.. Latin(type), .. LittleEndian((uint)data.Length), .. data, .. new byte[data.Length & 1]];

    public static byte[] Vp8(int width, int height) => WebPChunk("VP8 ", [0, 0, 0, 0x9D, 0x01, 0x2A, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8)]);

    public static byte[] Vp8L(int width, int height) => WebPChunk("VP8L", [0x2F, .. LittleEndian((uint)(width - 1) | ((uint)(height - 1) << 14))]);

    public static byte[] Vp8X(int width, int height, byte flags = 0) =>
        WebPChunk("VP8X", [flags, 0, 0, 0, .. LittleEndian((uint)width - 1)[..3], .. LittleEndian((uint)height - 1)[..3]]);

    /// <summary>A real file, 8 × 4 pixels.</summary>
    public static byte[] Real(PictureFormat format)
    {
        using var pool = new BufferPool(0);
        using var raster = new Raster(pool, 8, 4, 3);
        raster.Samples.Fill(90);
        using var file = new MemoryStream();
        Action<Raster, PictureMetadata, Stream, CancellationToken> write = format switch
        {
            PictureFormat.Jpeg => Encoder.WriteJpeg,
            PictureFormat.Png => Encoder.WritePng,
            _ => Encoder.WriteWebP,
        };
        write(raster, Plain, file, CancellationToken.None);
        return file.ToArray();
    }

    /// <summary>A real file, 8 × 4 pixels, with EXIF blocks where its format has them.</summary>
    public static byte[] WithExif(PictureFormat format, params byte[][] blocks)
    {
        var real = Real(format);
        return format switch
        {
            PictureFormat.Jpeg => [.. real[..2], .. blocks.SelectMany(exif => JpegSegment(0xE1, exif)), .. real[2..]],
            PictureFormat.Png => [.. real[..33], .. blocks.SelectMany(exif => PngChunk("eXIf", exif)), .. real[33..]],
            _ => WebP([Vp8X(8, 4, flags: 0x08), real[12..], .. blocks.Select(exif => WebPChunk("EXIF", exif))]),
        };
    }

    /// <summary>A TIFF structure with these entries in its first directory.</summary>
    public static byte[] Exif(bool littleEndian, bool prefix, params (ushort Tag, ushort Type, uint Count, ushort Value)[] entries)
    {
        byte[] U16(ushort v) => littleEndian ? [(byte)v, (byte)(v >> 8)] : [(byte)(v >> 8), (byte)v];
        byte[] U32(uint v) => littleEndian ? LittleEndian(v) : BigEndian(v);
        return
        [
            .. prefix ? "Exif\0\0"u8 : [], .. littleEndian ? "II"u8 : "MM"u8, .. U16(42), .. U32(8), .. U16((ushort)entries.Length),
            .. entries.SelectMany(e => (byte[])[.. U16(e.Tag), .. U16(e.Type), .. U32(e.Count), .. e.Type == 4 ? U32(e.Value) : [.. U16(e.Value), 0, 0]]), .. U32(0),
        ];
    }

    private static byte[] Latin(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] LittleEndian(uint value) => [.. BigEndian(value).AsEnumerable().Reverse()];

    /// <summary>PNG Third Edition, annex D.</summary>
    private static uint Crc32(byte[] data) =>
        ~data.Aggregate(~0u, static (crc, next) => Enumerable.Range(0, 8).Aggregate(crc ^ next, static (c, _) => (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1));
}
