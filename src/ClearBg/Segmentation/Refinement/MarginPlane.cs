using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>
/// One channel of floats with a margin around it, so that a neighbour may be read without asking whether there is one: <see cref="Block"/> samples left and right,
/// <see cref="MarginRows"/> rows above and below. Rows begin and end on whole blocks. Fresh planes hold zeros.
/// </summary>
internal sealed unsafe class MarginPlane : IDisposable
{
    /// <summary>Samples that are computed together.</summary>
    public const int Block = 8;

    /// <summary>Rows above the first and below the last.</summary>
    public const int MarginRows = 2;

    private readonly PixelBuffer _buffer;

    public MarginPlane(BufferPool pool, int width, int height)
    {
        (Width, Height, Stride) = (width, height, StrideOf(width));
        _buffer = pool.Rent((long)LengthOf(width, height) * sizeof(float));
        _buffer.Bytes.Clear();
    }

    /// <summary>The samples of a matte as 0 to 1.</summary>
    public static MarginPlane From(BufferPool pool, Raster matte)
    {
        var plane = new MarginPlane(pool, matte.Width, matte.Height);
        for (var y = 0; y < matte.Height; y++)
        {
            var row = plane.Row(y);
            TensorPrimitives.ConvertTruncating<byte, float>(matte.Row(y), row);
            TensorPrimitives.Multiply(row, 1 / 255f, row);
        }

        return plane;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Samples from one row to the next, a multiple of <see cref="Block"/>.</summary>
    public int Stride { get; }

    /// <summary>The first sample of the upper margin.</summary>
    public float* Pointer => (float*)_buffer.Pointer;

    /// <summary>All samples, margins too.</summary>
    public Span<float> Samples => _buffer.As<float>();

    public static int StrideOf(int width) => (width + (3 * Block) - 1) / Block * Block;

    public static int LengthOf(int width, int height) => StrideOf(width) * (height + (2 * MarginRows));

    /// <summary>Where the first sample of a row lies.</summary>
    public int IndexOf(int y) => ((y + MarginRows) * Stride) + Block;

    public Span<float> Row(int y) => Samples.Slice(IndexOf(y), Width);

    /// <summary>Fills the margins with the nearest samples.</summary>
    public void ExtendBorder()
    {
        for (var y = 0; y < Height; y++)
        {
            var row = Samples.Slice(IndexOf(y) - Block, Stride);
            row[..Block].Fill(row[Block]);
            row[(Block + Width)..].Fill(row[Block + Width - 1]);
        }

        for (var margin = 0; margin < MarginRows; margin++)
        {
            Samples.Slice(MarginRows * Stride, Stride).CopyTo(Samples.Slice(margin * Stride, Stride));
            Samples.Slice((MarginRows + Height - 1) * Stride, Stride).CopyTo(Samples.Slice((MarginRows + Height + margin) * Stride, Stride));
        }
    }

    /// <summary>A copy of half the size, rounded up: means of 2 × 2 samples.</summary>
    public MarginPlane Halve(BufferPool pool)
    {
        var half = new MarginPlane(pool, (Width + 1) / 2, (Height + 1) / 2);
        for (var y = 0; y < half.Height; y++)
        {
            var target = half.Row(y);
            var upper = Row(2 * y);
            var lower = Row(Math.Min(Height - 1, (2 * y) + 1));
            for (var x = 0; x < target.Length; x++)
            {
                var right = Math.Min(Width - 1, (2 * x) + 1);
                target[x] = (upper[2 * x] + upper[right] + lower[2 * x] + lower[right]) * 0.25f;
            }
        }

        return half;
    }

    /// <summary>Puts means around each sample in its place, with weights that fall off exponentially: a recursive filter along rows and columns, each way. Margins are left alone.</summary>
    /// <param name="reach">Samples to where a weight has fallen to 1 ∕ e.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Blur(float reach)
    {
        var keep = MathF.Exp(-1 / reach);
        for (var y = 0; y < Height; y++)
        {
            // Of what waits for the sample before there is as little as can be: one fused step.
            var row = Row(y);
            var mean = row[0];
            for (var x = 1; x < row.Length; x++)
            {
                row[x] = mean = MathF.FusedMultiplyAdd(keep, mean, (1 - keep) * row[x]);
            }

            for (var x = row.Length - 2; x >= 0; x--)
            {
                row[x] = mean = MathF.FusedMultiplyAdd(keep, mean, (1 - keep) * row[x]);
            }

            if (y > 0)
            {
                TensorPrimitives.Lerp(row, Row(y - 1), keep, row);
            }
        }

        for (var y = Height - 2; y >= 0; y--)
        {
            TensorPrimitives.Lerp(Row(y), Row(y + 1), keep, Row(y));
        }
    }

    public void Dispose() => _buffer.Dispose();
}
