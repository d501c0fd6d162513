using System.Numerics.Tensors;

namespace ClearBg.Imaging;

/// <summary>One channel of floats in pooled memory, rows from top to bottom without padding.</summary>
internal sealed unsafe class Plane : IDisposable
{
    private readonly PixelBuffer _buffer;

    public Plane(BufferPool pool, int width, int height)
    {
        (Width, Height) = (width, height);
        _buffer = pool.Rent((long)width * height * sizeof(float));
    }

    public int Width { get; }

    public int Height { get; }

    public float* Pointer => (float*)_buffer.Pointer;

    public Span<float> Samples => _buffer.As<float>();

    public ReadOnlySpan<float> Row(int y) => Samples.Slice(y * Width, Width);

    /// <summary>
    /// The greater of each sample and that of a mirrored plane of the same size. For mattes of a picture and its mirror image, however faded: what a model misses it often sees the other way
    /// round. On 68 pictures of known mattes, in 8 bits, this union gained 0.018 of IoU on average where the mean of both lost 0.010.
    /// </summary>
    public void JoinMirrored(Plane mirrored)
    {
        for (var y = 0; y < Height; y++)
        {
            var other = mirrored.Samples.Slice(y * Width, Width);
            other.Reverse();
            TensorPrimitives.Max(Row(y), other, Samples.Slice(y * Width, Width));
        }
    }

    /// <summary>
    /// Resamples a part of this plane, bilinearly, into 8-bit samples: 0…1 becomes 0…255, rounded. Rows are blended before columns: that vectorises
    /// and needs no intermediate picture.
    /// </summary>
    /// <param name="left">Left edge of the used part, samples.</param>
    /// <param name="top">Top edge of the used part, samples.</param>
    /// <param name="width">Of the used part, samples.</param>
    /// <param name="height">Of the used part, samples.</param>
    /// <param name="target">One band, any size.</param>
    public void ResampleTo(double left, double top, double width, double height, Raster target) =>
        ResampleTo(left, top, width, height, target, new Box(0, 0, target.Width, target.Height));

    /// <summary>The same into a part of a raster, whose other samples stay as they are.</summary>
    /// <param name="left">Left edge of the used part, samples.</param>
    /// <param name="top">Top edge of the used part, samples.</param>
    /// <param name="width">Of the used part, samples.</param>
    /// <param name="height">Of the used part, samples.</param>
    /// <param name="target">One band, any size.</param>
    /// <param name="place">In the target.</param>
    public void ResampleTo(double left, double top, double width, double height, Raster target, Box place)
    {
        var columns = new TriangleFilter(Width, left, width, place.Width);
        var rows = new TriangleFilter(Height, top, height, place.Height);
        Parallel.For(0, (place.Height + BandRows - 1) / BandRows, band =>
        {
            using var line = new Scratch(Width);
            for (var y = band * BandRows; y < Math.Min(place.Height, (band + 1) * BandRows); y++)
            {
                Blend(rows, y, line.Samples);
                Stretch(columns, line.Samples, target.Row(place.Top + y).Slice(place.Left, place.Width));
            }
        });
    }

    public void Dispose() => _buffer.Dispose();

    /// <summary>Rows a task: enough work to be worth a task, few enough to spread evenly.</summary>
    private const int BandRows = 64;

    private void Blend(TriangleFilter rows, int y, Span<float> line)
    {
        var first = rows.First[y];
        TensorPrimitives.Multiply(Row(first), rows.Weights[y * rows.Taps], line);
        for (var tap = 1; tap < rows.Taps; tap++)
        {
            TensorPrimitives.MultiplyAdd(Row(first + tap), rows.Weights[(y * rows.Taps) + tap], line, line);
        }
    }

    private static void Stretch(TriangleFilter columns, ReadOnlySpan<float> line, Span<byte> target)
    {
        var (firsts, weights, taps) = (columns.First, columns.Weights, columns.Taps);
        if (taps == 2)
        {
            for (var x = 0; x < target.Length; x++)
            {
                var first = firsts[x];
                target[x] = ToByte((line[first] * weights[2 * x]) + (line[first + 1] * weights[(2 * x) + 1]));
            }

            return;
        }

        for (var x = 0; x < target.Length; x++)
        {
            target[x] = ToByte(TensorPrimitives.Dot(line.Slice(firsts[x], taps), weights.AsSpan(x * taps, taps)));
        }
    }

    private static byte ToByte(float value) => (byte)Math.Clamp((int)((value * 255f) + 0.5f), 0, 255);

    private readonly struct Scratch(int length) : IDisposable
    {
        private readonly float[] _rented = System.Buffers.ArrayPool<float>.Shared.Rent(length);

        public Span<float> Samples => _rented.AsSpan(0, length);

        public void Dispose() => System.Buffers.ArrayPool<float>.Shared.Return(_rented);
    }
}
