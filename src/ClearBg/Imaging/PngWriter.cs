using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ClearBg.Imaging;

/// <summary>
/// Writes PNG (RFC 2083 and its successor, https://www.w3.org/TR/png-3/) on all cores. Rows are filtered with Up and compressed in strips, each a deflate stream of its own
/// that ends at a byte's boundary (RFC 1951's empty stored block), so that the strips put one after the other are one stream. Their borders depend on the picture
/// alone: the same picture gives the same bytes on any number of cores.
/// </summary>
internal static class PngWriter
{
    /// <summary>Bytes of a strip before compression. Its dictionary begins empty, which costs less than 1 % of the size.</summary>
    private const int StripBytes = 512 << 10;

    /// <summary>Strips that are held at a time at most, so that memory doesn't grow with the cores.</summary>
    private const int MostTogether = 16;

    private const int ZlibHeader = 2;
    private const int ZlibTrailer = 4;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>Writes a raster of 1, 3 or 4 bands with its density and, where it has colours, its ICC profile.</summary>
    /// <param name="raster">The picture.</param>
    /// <param name="metadata">Its profile and density.</param>
    /// <param name="level">zlib's, 1–9.</param>
    /// <param name="output">Gets the file.</param>
    /// <param name="cancellation">Looked at between batches of strips.</param>
    public static void Write(Raster raster, PictureMetadata metadata, int level, Stream output, CancellationToken cancellation)
    {
        output.Write(Signature);
        WriteHeader(raster, output);
        if (metadata.IccProfile is { } profile && raster.Bands >= 3)
        {
            WriteProfile(profile, output);
        }

        WriteDensity(metadata, output);
        WriteStrips(raster, level, output, cancellation);
        WriteChunk(output, "IEND"u8, []);
    }

    private static void WriteHeader(Raster raster, Stream output)
    {
        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, raster.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], raster.Height);
        header[8] = 8;
        header[9] = raster.Bands switch { 1 => 0, 3 => 2, 4 => 6, _ => throw new ArgumentException($"PNG has no picture of {raster.Bands} bands.", nameof(raster)) };
        WriteChunk(output, "IHDR"u8, header);
    }

    private static void WriteProfile(byte[] profile, Stream output)
    {
        using var content = new MemoryStream();
        content.Write("icc\0\0"u8);
        using (var zlib = new ZLibStream(content, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(profile);
        }

        WriteChunk(output, "iCCP"u8, content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    private static void WriteDensity(PictureMetadata metadata, Stream output)
    {
        Span<byte> density = stackalloc byte[9];
        BinaryPrimitives.WriteUInt32BigEndian(density, DotsAMetre(metadata.HorizontalResolution));
        BinaryPrimitives.WriteUInt32BigEndian(density[4..], DotsAMetre(metadata.VerticalResolution));
        density[8] = 1;
        WriteChunk(output, "pHYs"u8, density);
    }

    private static uint DotsAMetre(double dotsAMillimetre) => (uint)Math.Clamp(Math.Round(dotsAMillimetre * 1000), 0, int.MaxValue);

    private static void WriteStrips(Raster raster, int level, Stream output, CancellationToken cancellation)
    {
        var rows = Math.Clamp(StripBytes / (raster.Stride + 1), 1, raster.Height);
        var count = (raster.Height + rows - 1) / rows;
        var together = new Strip[Math.Min(count, Math.Min(2 * Environment.ProcessorCount, MostTogether))];
        var sum = Adler32.Empty;
        for (var first = 0; first < count; first += together.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = Math.Min(together.Length, count - first);
            try
            {
                Parallel.For(0, batch, i =>
                {
                    var top = (first + i) * rows;
                    together[i] = Strip.Compress(raster, top, Math.Min(rows, raster.Height - top), level);
                });
                for (var i = 0; i < batch; i++)
                {
                    sum = sum.Then(together[i].Sum, together[i].RawBytes);
                    together[i].WriteTo(output, sum);
                }
            }
            finally
            {
                for (var i = 0; i < batch; i++)
                {
                    together[i].Dispose();
                    together[i] = default;
                }
            }
        }
    }

    private static void WriteChunk(Stream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> ends = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(ends, content.Length);
        type.CopyTo(ends[4..]);
        output.Write(ends);
        output.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(ends, Crc32.Of(type, content));
        output.Write(ends[..4]);
    }

    /// <summary>Rows, filtered and compressed: a whole zlib stream in rented memory.</summary>
    private readonly struct Strip(byte[] memory, int length, int body, bool isFirst, bool isLast, int rawBytes) : IDisposable
    {
        /// <summary>Bytes before compression.</summary>
        public int RawBytes => rawBytes;

        /// <summary>Check sum of the bytes before compression, which stands at the stream's end.</summary>
        public Adler32 Sum => new(BinaryPrimitives.ReadUInt32BigEndian(memory.AsSpan(length - ZlibTrailer)));

        public static Strip Compress(Raster raster, int top, int rows, int level)
        {
            var raw = rows * (raster.Stride + 1);

            // What zlib can't compress grows: by an eighth at most, as it has codes of 9 bits for single bytes.
            var memory = ArrayPool<byte>.Shared.Rent(raw + (raw / 8) + 1024);
            var row = ArrayPool<byte>.Shared.Rent(raster.Stride + 1);
            try
            {
                var content = new MemoryStream(memory);
                using var zlib = new ZLibStream(content, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
                var filtered = row.AsSpan(0, raster.Stride + 1);
                for (var y = top; y < top + rows; y++)
                {
                    Filter(raster, y, filtered);
                    zlib.Write(filtered);
                }

                // Up to a byte's boundary; closing adds an empty last block and the check sum, of which only the last strip keeps the block.
                zlib.Flush();
                var flushed = (int)content.Position;
                zlib.Dispose();
                var (isLast, length) = (top + rows == raster.Height, (int)content.Position);
                return new(memory, length, isLast ? length - ZlibTrailer : flushed, top == 0, isLast, raw);
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(memory);
                throw;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(row);
            }
        }

        /// <summary>Writes an IDAT chunk; the last one ends with the check sum of all strips.</summary>
        public void WriteTo(Stream output, Adler32 sum)
        {
            var end = body;
            if (isLast)
            {
                BinaryPrimitives.WriteUInt32BigEndian(memory.AsSpan(body), sum.Value);
                end += ZlibTrailer;
            }

            WriteChunk(output, "IDAT"u8, memory.AsSpan((isFirst ? 0 : ZlibHeader)..end));
        }

        public void Dispose()
        {
            if (memory is not null)
            {
                ArrayPool<byte>.Shared.Return(memory);
            }
        }

        /// <summary>Up: the difference to the row above, which is 0 above the first.</summary>
        private static void Filter(Raster raster, int y, Span<byte> filtered)
        {
            filtered[0] = 2;
            if (y == 0)
            {
                raster.Row(0).CopyTo(filtered[1..]);
            }
            else
            {
                TensorPrimitives.Subtract<byte>(raster.Row(y), raster.Row(y - 1), filtered[1..]);
            }
        }
    }

    /// <summary>zlib's check sum (RFC 1950).</summary>
    private readonly record struct Adler32(uint Value)
    {
        private const uint Modulus = 65_521;

        /// <summary>Of no bytes.</summary>
        public static Adler32 Empty => new(1);

        /// <summary>The sum of these bytes and <paramref name="length"/> more with the sum <paramref name="next"/>.</summary>
        public Adler32 Then(Adler32 next, long length)
        {
            // a is 1 and all bytes; b adds a up after each byte, so the first part's a − 1 counts once for each byte that follows.
            var (a, b) = (Value & 0xFFFF, Value >> 16);
            var (nextA, nextB) = (next.Value & 0xFFFF, next.Value >> 16);
            var sumA = (a + nextA + Modulus - 1) % Modulus;
            var sumB = (b + nextB + (ulong)(length % Modulus) * (a + Modulus - 1)) % Modulus;
            return new(((uint)sumB << 16) | sumA);
        }
    }

    /// <summary>PNG's check sum of type and content (ISO 3309): eight bytes a step by eight tables (Kounavis and Berry 2008).</summary>
    private static class Crc32
    {
        private const uint Polynomial = 0xEDB8_8320;
        private static readonly uint[][] Tables = CreateTables();

        public static uint Of(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content) => ~Add(Add(uint.MaxValue, type), content);

        private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
        {
            var tables = Tables;
            var words = MemoryMarshal.Cast<byte, ulong>(bytes);
            foreach (var word in words)
            {
                var next = (BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word)) ^ crc;
                crc = tables[7][(byte)next] ^ tables[6][(byte)(next >> 8)] ^ tables[5][(byte)(next >> 16)] ^ tables[4][(byte)(next >> 24)]
                    ^ tables[3][(byte)(next >> 32)] ^ tables[2][(byte)(next >> 40)] ^ tables[1][(byte)(next >> 48)] ^ tables[0][next >> 56];
            }

            foreach (var value in bytes[(words.Length * sizeof(ulong))..])
            {
                crc = tables[0][(byte)(crc ^ value)] ^ (crc >> 8);
            }

            return crc;
        }

        private static uint[][] CreateTables()
        {
            var tables = Enumerable.Range(0, 8).Select(static _ => new uint[256]).ToArray();
            for (var i = 0u; i < 256; i++)
            {
                var crc = i;
                for (var bit = 0; bit < 8; bit++)
                {
                    crc = (crc >> 1) ^ ((crc & 1) * Polynomial);
                }

                tables[0][i] = crc;
            }

            for (var table = 1; table < 8; table++)
            {
                for (var i = 0; i < 256; i++)
                {
                    var previous = tables[table - 1][i];
                    tables[table][i] = tables[0][(byte)previous] ^ (previous >> 8);
                }
            }

            return tables;
        }
    }
}
