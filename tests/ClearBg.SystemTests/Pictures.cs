using System.Buffers.Binary;
using ClearBg.Imaging;

namespace ClearBg.SystemTests;

/// <summary>Good and hostile pictures.</summary>
internal static class Pictures
{
    public static byte[] Cat { get; } = Sample("chelsea.png");

    public static byte[] Rocket { get; } = Sample("rocket.jpg");

    public static byte[] Truncated { get; } = Cat[..(Cat.Length / 2)];

    public static byte[] TruncatedJpeg { get; } = Rocket[..(Rocket.Length / 2)];

    /// <summary>One pixel wide and 500,000,000 high, which an area limit lets through.</summary>
    public static byte[] Tower { get; } = Png(1, 500_000_000);

    /// <summary>A JPEG of a bright disc on a darker ground that falls off to one side, grainy enough to weigh as much as a photograph.</summary>
    public static byte[] Large(int width, int height)
    {
        using var pool = new BufferPool(0);
        using var raster = new Raster(pool, width, height, 3);
        var (radius, seed) = (height / 3, 1u);
        for (var y = 0; y < height; y++)
        {
            var row = raster.Row(y);
            for (var x = 0; x < width; x++)
            {
                var (dx, dy) = (x - (width / 2), y - (height / 2));
                seed = (seed * 1664525) + 1013904223;
                var level = (byte)(((dx * (long)dx) + (dy * (long)dy) < radius * (long)radius ? 225 : 20 + (x * 60 / width)) + (seed >> 28));
                (row[3 * x], row[(3 * x) + 1], row[(3 * x) + 2]) = (level, level, (byte)(level / 2));
            }
        }

        using var file = new MemoryStream();
        Encoder.WriteJpeg(raster, new PictureMetadata(null, 1, 1), file, CancellationToken.None);
        return file.ToArray();
    }

    /// <summary>A JPEG that is white all over.</summary>
    public static byte[] White(int width, int height)
    {
        using var pool = new BufferPool(0);
        using var raster = new Raster(pool, width, height, 3);
        for (var y = 0; y < height; y++)
        {
            raster.Row(y).Fill(byte.MaxValue);
        }

        using var file = new MemoryStream();
        Encoder.WriteJpeg(raster, new PictureMetadata(null, 1, 1), file, CancellationToken.None);
        return file.ToArray();
    }

    /// <summary>As <see cref="Large"/>, in PNG.</summary>
    public static byte[] Small(int width, int height)
    {
        using var pool = new BufferPool(0);
        using var picture = new Decoder(pool).Decode(PictureFormat.Jpeg, Large(width, height), (width, height), CancellationToken.None);
        using var file = new MemoryStream();
        Encoder.WritePng(picture.Pixels, new PictureMetadata(null, 1, 1), file, CancellationToken.None);
        return file.ToArray();
    }

    /// <summary>The rocket with comments (ITU-T T.81, B.2.4.5) before its pixels, so many bytes or a few thousand more.</summary>
    public static byte[] Heavy(int bytes)
    {
        const int Comment = 65_000;
        byte[] segment = [0xFF, 0xFE, (Comment + 2) >> 8, (Comment + 2) & 0xFF, .. new byte[Comment]];
        return [.. Rocket[..2], .. Enumerable.Repeat(segment, (bytes / segment.Length) + 1).SelectMany(static part => part), .. Rocket[2..]];
    }

    /// <summary>Asserts that a file begins as a PNG does and is whole.</summary>
    public static void AssertIsPng(byte[] file)
    {
        using var pool = new BufferPool(0);
        new Decoder(pool).Decode(PictureFormat.Png, file, (1, 1), CancellationToken.None).Dispose();
    }

    /// <summary>Asserts that a file is a PNG of which a tenth is transparent and a tenth opaque, but for a few levels.</summary>
    public static unsafe void AssertIsCutOut(byte[] file)
    {
        using var pool = new BufferPool(0);
        using var picture = new Decoder(pool).Decode(PictureFormat.Png, file, (1, 1), CancellationToken.None);
        Assert.Equal(4, picture.Pixels.Bands);
        var (clear, opaque) = (0, 0);
        for (var y = 0; y < picture.Pixels.Height; y++)
        {
            var row = picture.Pixels.Row(y);
            for (var x = 3; x < row.Length; x += 4)
            {
                clear += row[x] <= 5 ? 1 : 0;
                opaque += row[x] >= 250 ? 1 : 0;
            }
        }

        var tenth = picture.Pixels.Width * picture.Pixels.Height / 10;
        Assert.True(clear > tenth && opaque > tenth, $"{clear} transparent and {opaque} opaque pixels are no cut-out.");
    }

    private static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", name));

    /// <summary>Signature, a right header, and no pixel.</summary>
    private static byte[] Png(uint width, uint height)
    {
        byte[] file = [0x89, .. "PNG\r\n\x1a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[8], 8, 2, 0, 0, 0, .. new byte[4]];
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc(file.AsSpan(12, 17)));
        return file;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
