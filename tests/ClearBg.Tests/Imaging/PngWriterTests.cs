using System.Buffers.Binary;
using System.IO.Compression;
using ClearBg.Imaging;
using Encoding = System.Text.Encoding;

namespace ClearBg.Tests.Imaging;

/// <summary>The file as its specification says, byte by byte; <see cref="EncoderTests"/> read it with libvips.</summary>
public sealed class PngWriterTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>One pixel, one row, one column, less than a strip, exactly one (256 rows of 2,047 + 1 bytes), one row more, many, and rows longer than a strip's share.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 4)]
    [InlineData(977, 1, 3)]
    [InlineData(1, 977, 4)]
    [InlineData(64, 48, 3)]
    [InlineData(2047, 256, 1)]
    [InlineData(2047, 257, 1)]
    [InlineData(700, 900, 4)]
    [InlineData(10_000, 60, 4)]
    public void Every_chunk_is_whole_and_the_rows_come_back(int width, int height, int bands)
    {
        using var raster = Pictures.Paint(_pool, width, height, bands, static (x, y, band) => (byte)((x * 7) + (y * y * 3) + (band * 50) + (x * y % 11)));

        var chunks = Chunks(Pictures.Encode(Encoder.WritePng, raster));

        Assert.Equal("IHDR", chunks[0].Type);
        Assert.Equal((width, height), (BinaryPrimitives.ReadInt32BigEndian(chunks[0].Content), BinaryPrimitives.ReadInt32BigEndian(chunks[0].Content.AsSpan(4))));
        Assert.Equal([8, (byte)(bands switch { 1 => 0, 3 => 2, _ => 6 }), 0, 0, 0], chunks[0].Content[8..]);
        Assert.Equal("IEND", chunks[^1].Type);
        Assert.True(raster.Samples.SequenceEqual(Unfilter(chunks, width * bands, height)));
    }

    [Fact]
    public void Noise_that_cannot_be_compressed_fits_into_its_memory()
    {
        var random = new Random(1);
        using var raster = Pictures.Paint(_pool, 900, 900, 4, (_, _, _) => (byte)random.Next(256));

        Assert.True(raster.Samples.SequenceEqual(Unfilter(Chunks(Pictures.Encode(Encoder.WritePng, raster)), 3600, 900)));
    }

    [Fact]
    public void The_density_is_in_dots_a_metre()
    {
        using var raster = Pictures.Paint(_pool, 2, 2, 3, static (_, _, _) => 9);

        var density = Chunks(Pictures.Encode(Encoder.WritePng, raster, new PictureMetadata(null, 11.811, 2.8346))).Single(static chunk => chunk.Type == "pHYs").Content;

        Assert.Equal((11_811, 2_835, 1), (BinaryPrimitives.ReadInt32BigEndian(density), BinaryPrimitives.ReadInt32BigEndian(density.AsSpan(4)), density[8]));
    }

    private static List<(string Type, byte[] Content)> Chunks(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        var chunks = new List<(string, byte[])>();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            Assert.Equal(Crc(file.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }

        return chunks;
    }

    /// <summary>Bit by bit, as the specification defines it.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320);
            }
        }

        return ~crc;
    }

    /// <summary>All IDAT chunks as one zlib stream, whose check sum .NET looks at, with the filter Up undone.</summary>
    private static byte[] Unfilter(List<(string Type, byte[] Content)> chunks, int stride, int height)
    {
        var compressed = chunks.Where(static chunk => chunk.Type == "IDAT").SelectMany(static chunk => chunk.Content).ToArray();
        using var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        var rows = raw.ToArray();
        Assert.Equal((stride + 1) * height, rows.Length);
        var samples = new byte[stride * height];
        for (var i = 0; i < samples.Length; i++)
        {
            var (y, x) = (i / stride, i % stride);
            Assert.Equal(2, rows[y * (stride + 1)]);
            samples[i] = (byte)(rows[(y * (stride + 1)) + 1 + x] + (y > 0 ? samples[i - stride] : 0));
        }

        // Adler-32 by itself: a stream that ends early is no error to .NET.
        var (a, b) = (1u, 0u);
        foreach (var value in rows)
        {
            a = (a + value) % 65_521;
            b = (b + a) % 65_521;
        }

        Assert.Equal((b << 16) | a, BinaryPrimitives.ReadUInt32BigEndian(compressed.AsSpan(compressed.Length - 4)));
        return samples;
    }
}
