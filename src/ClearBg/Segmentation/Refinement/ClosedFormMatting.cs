using System.Numerics.Tensors;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>
/// Closed-form matting on a picture of the working size, begun on copies of half and of a quarter of it: a cascade (Bornemann and Deuflhard, "The Cascadic Multigrid
/// Method for Elliptic Problems", 1996). What a copy found starts the next larger one, so far-reaching corrections cost a sixteenth and few iterations are left to do.
/// </summary>
internal sealed class ClosedFormMatting(BufferPool pool, Resizer resizer)
{
    private const int Copies = 2;
    private const int Iterations = 60;
    private const int IterationsOfCopies = 100;

    /// <summary>Copies below this side aren't worth making.</summary>
    private const int LeastSide = 64;

    /// <summary>Solves for what is unknown; the rest becomes 0 or 1.</summary>
    /// <param name="picture">RGB or RGBA.</param>
    /// <param name="guide">Its colours.</param>
    /// <param name="matte">Coverage before; then after, 0 to 1.</param>
    /// <param name="band">What is unknown.</param>
    /// <param name="side">Pixels of the shorter side of the picture as it came.</param>
    /// <param name="cancellation">Looked at between iterations.</param>
    public void Solve(Raster picture, Guide guide, MarginPlane matte, Band band, int side, CancellationToken cancellation) =>
        Solve(picture, guide, matte, band, side, 0, cancellation);

    private void Solve(Raster picture, Guide guide, MarginPlane matte, Band band, int side, int copy, CancellationToken cancellation)
    {
        Decide(matte, band);
        var runs = band.Runs(matte, 0);
        using var trust = new MatteTrust(pool, matte, side, runs);
        if (copy < Copies && Math.Min(matte.Width, matte.Height) >= 2 * LeastSide)
        {
            Start(picture, matte, band, side, copy + 1, cancellation);
        }

        using var laplacian = new MattingLaplacian(pool, guide, band);
        new ClosedFormSolver(pool).Solve(laplacian, matte, trust, band, runs, copy == 0 ? Iterations : IterationsOfCopies, cancellation);
        for (var y = 0; y < matte.Height; y++)
        {
            var row = matte.Row(y);
            TensorPrimitives.Max(row, 0, row);
            TensorPrimitives.Min(row, 1, row);
        }
    }

    /// <summary>Solves on a copy of half the size and takes its answer where that has a band too.</summary>
    private void Start(Raster picture, MarginPlane matte, Band band, int side, int copy, CancellationToken cancellation)
    {
        var (width, height) = ((matte.Width + 1) / 2, (matte.Height + 1) / 2);
        using var small = resizer.Resize(picture, width, height, "linear", cancellation);
        using var guide = new Guide(pool, small, new Box(0, 0, width, height));
        using var half = matte.Halve(pool);
        using var inner = new Band(pool, half, 1 << copy);
        Solve(small, guide, half, inner, side, copy, cancellation);
        half.ExtendBorder();
        using var lines = new ColourLines(pool, guide, half, inner, smooths: false);
        var enlargement = new Enlargement(inner, matte.Width, matte.Height);
        for (var y = 0; y < matte.Height; y++)
        {
            var row = matte.Row(y);
            var unknown = band.Row(y);
            var v = enlargement.RowAt(y);
            for (var start = 0; enlargement.TryNext(y, ref start, out var end); start = end)
            {
                for (var x = start; x < end; x++)
                {
                    if (unknown[x] != 0)
                    {
                        row[x] = lines.At(enlargement.ColumnAt(x), v, picture.Row(y).Slice(x * picture.Bands, 3));
                    }
                }
            }
        }
    }

    /// <summary>What a model is sure of it means: 0.97 is no hole to see through.</summary>
    private static void Decide(MarginPlane matte, Band band)
    {
        for (var y = 0; y < matte.Height; y++)
        {
            var row = matte.Row(y);
            var unknown = band.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                row[x] = unknown[x] != 0 ? row[x] : row[x] < 0.5f ? 0 : 1;
            }
        }
    }
}
