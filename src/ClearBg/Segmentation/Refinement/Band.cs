using System.Numerics.Tensors;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>
/// The unknown part of a trimap: where a matte is soft, widened, for what a model calls certain is often wrong near its edge. Also the runs of blocks that hold it, in the
/// layout of a <see cref="MarginPlane"/>, so that work is done there only.
/// </summary>
internal sealed unsafe class Band : IDisposable
{
    private const float Background = 0.05f;
    private const float Foreground = 0.95f;

    /// <summary>
    /// Samples that a soft part is widened by, and the share of its own half width that is added, up to a most: where a model is unsure over some length it is wrong over
    /// some more, and where it drew a sharp line the line is right. A fixed 10 samples spoiled sharp outlines: people's mean error near the edge grew by a quarter.
    /// </summary>
    private const float Margin = 2;
    private const float Growth = 2;
    private const float Most = 25;

    /// <summary>Lengths of a step along a row or column, and of one across.</summary>
    private const int Straight = 3;
    private const int Oblique = 4;

    private readonly PixelBuffer _unknown;

    /// <param name="pool">For working memory.</param>
    /// <param name="matte">Coverage, 0 to 1.</param>
    /// <param name="scale">Samples of the working size to one of this matte, at least 1.</param>
    public Band(BufferPool pool, MarginPlane matte, int scale = 1)
    {
        (Width, Height) = (matte.Width, matte.Height);
        _unknown = pool.Rent((long)Width * Height);
        using var distances = pool.Rent((long)(Width + 2) * (Height + 2) * sizeof(short));
        var cells = distances.As<short>();
        Mark(matte, cells);
        Erode(cells);
        for (var y = 1; y <= Height; y++)
        {
            foreach (ref var cell in cells.Slice((y * (Width + 2)) + 1, Width))
            {
                if (cell > 0)
                {
                    cell += (short)(Straight * Math.Min(Most / scale, (Margin / scale) + (Growth * (cell - Straight) / Straight)));
                }
            }
        }

        Spread(cells);
        for (var y = 0; y < Height; y++)
        {
            var unknown = _unknown.Bytes.Slice(y * Width, Width);
            var row = cells.Slice(((y + 1) * (Width + 2)) + 1, Width);
            for (var x = 0; x < unknown.Length; x++)
            {
                unknown[x] = row[x] > 0 ? (byte)1 : (byte)0;
            }
        }
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Samples that are soft, before widening.</summary>
    public int Soft { get; private set; }

    /// <summary>Nothing is unknown: there is no subject, or nothing else.</summary>
    public bool IsEmpty => !_unknown.Bytes.Contains((byte)1);

    /// <summary>1 where unknown, else 0.</summary>
    public ReadOnlySpan<byte> Row(int y) => _unknown.Bytes.Slice(y * Width, Width);

    /// <summary>Runs of whole blocks that hold everything within <paramref name="reach"/> columns and rows of the band: first sample and length, of planes with margins.</summary>
    public List<Run> Runs(MarginPlane layout, int reach)
    {
        var runs = new List<Run>();
        var blocks = (Width + MarginPlane.Block - 1) / MarginPlane.Block;
        Span<byte> any = new byte[Width];
        for (var y = 0; y < Height; y++)
        {
            Row(y).CopyTo(any);
            for (var near = Math.Max(0, y - reach); near <= Math.Min(Height - 1, y + reach); near++)
            {
                TensorPrimitives.BitwiseOr(any, Row(near), any);
            }

            var first = -1;
            for (var block = 0; block <= blocks; block++)
            {
                var (from, to) = (Math.Max(0, (block * MarginPlane.Block) - reach), Math.Min(Width, ((block + 1) * MarginPlane.Block) + reach));
                var isUsed = block < blocks && any[from..to].ContainsAnyExcept((byte)0);
                if (isUsed && first < 0)
                {
                    first = block;
                }
                else if (!isUsed && first >= 0)
                {
                    runs.Add(new Run(y, layout.IndexOf(y) + (first * MarginPlane.Block), (block - first) * MarginPlane.Block));
                    first = -1;
                }
            }
        }

        return runs;
    }

    public void Dispose() => _unknown.Dispose();

    private void Mark(MarginPlane matte, Span<short> cells)
    {
        cells.Clear();
        for (var y = 0; y < Height; y++)
        {
            var row = matte.Row(y);
            var above = matte.Row(Math.Max(0, y - 1));
            var marks = cells.Slice(((y + 1) * (Width + 2)) + 1, Width);
            for (var x = 0; x < row.Length; x++)
            {
                // Where it jumps from one side to the other without anything between is an edge too.
                var isSoft = row[x] > Background && row[x] < Foreground;
                var jumps = ((row[x] < 0.5f) != (above[x] < 0.5f)) || (x > 0 && (row[x] < 0.5f) != (row[x - 1] < 0.5f));
                marks[x] = isSoft || jumps ? short.MaxValue : (short)0;
                Soft += isSoft ? 1 : 0;
            }
        }
    }

    /// <summary>Distance of marked cells to the next unmarked one, by two passes with steps of 3 and 4 (Borgefors, "Distance Transformations in Digital Images", 1986).</summary>
    private void Erode(Span<short> cells)
    {
        var stride = Width + 2;
        for (var i = stride + 1; i < (Height + 1) * stride; i++)
        {
            if (cells[i] > 0)
            {
                cells[i] = (short)Math.Min(
                    Math.Min(cells[i - 1], cells[i - stride]) + Straight, Math.Min(cells[i - stride - 1], cells[i - stride + 1]) + Oblique);
            }
        }

        for (var i = ((Height + 1) * stride) - 2; i > stride; i--)
        {
            if (cells[i] > 0)
            {
                cells[i] = (short)Math.Min(cells[i], Math.Min(
                    Math.Min(cells[i + 1], cells[i + stride]) + Straight, Math.Min(cells[i + stride - 1], cells[i + stride + 1]) + Oblique));
            }
        }
    }

    /// <summary>Every cell's own value, or what is left of another's after the way from there.</summary>
    private void Spread(Span<short> cells)
    {
        var stride = Width + 2;
        for (var i = stride + 1; i < ((Height + 1) * stride) - 1; i++)
        {
            var near = Math.Max(
                Math.Max(cells[i - 1], cells[i - stride]) - Straight, Math.Max(cells[i - stride - 1], cells[i - stride + 1]) - Oblique);
            cells[i] = (short)Math.Max(cells[i], near);
        }

        for (var i = ((Height + 1) * stride) - 2; i > stride; i--)
        {
            var near = Math.Max(
                Math.Max(cells[i + 1], cells[i + stride]) - Straight, Math.Max(cells[i + stride - 1], cells[i + stride + 1]) - Oblique);
            cells[i] = (short)Math.Max(cells[i], near);
        }
    }
}

/// <summary>Neighbouring blocks of one row.</summary>
/// <param name="Y">The row.</param>
/// <param name="Start">Index of the first sample in planes with margins, a multiple of the block.</param>
/// <param name="Length">Samples, a multiple of the block.</param>
internal readonly record struct Run(int Y, int Start, int Length);
