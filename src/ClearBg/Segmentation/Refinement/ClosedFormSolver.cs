using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>
/// Closed-form matting in the band: minimises αᵀLα + (α − α₀)ᵀΛ(α − α₀) with α₀ and the diagonal Λ from <see cref="MatteTrust"/>, and what is not unknown held. Conjugate
/// gradients with the diagonal as preconditioner; what they start from comes from a smaller copy, so that few iterations do.
/// </summary>
internal sealed unsafe class ClosedFormSolver(BufferPool pool)
{
    /// <summary>Done when the preconditioned residual has fallen to this share of the first.</summary>
    private const double Tolerance = 3e-4;

    /// <summary>Solves in place.</summary>
    /// <param name="laplacian">Of the guide; Λ is added to its diagonal.</param>
    /// <param name="matte">Where to start, any margins; then the solution, which may overshoot 0 and 1.</param>
    /// <param name="trust">Λ and α₀.</param>
    /// <param name="band">What is unknown.</param>
    /// <param name="runs">Its runs, reaching no farther.</param>
    /// <param name="most">Iterations at most.</param>
    /// <param name="cancellation">Looked at between iterations.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Solve(MattingLaplacian laplacian, MarginPlane matte, MatteTrust trust, Band band, List<Run> runs, int most, CancellationToken cancellation)
    {
        using var inverse = new MarginPlane(pool, matte.Width, matte.Height);
        using var residual = new MarginPlane(pool, matte.Width, matte.Height);
        using var direction = new MarginPlane(pool, matte.Width, matte.Height);
        using var image = new MarginPlane(pool, matte.Width, matte.Height);
        Invert(laplacian, trust, inverse, band, runs);
        float* x = matte.Pointer, r = residual.Pointer, p = direction.Pointer, q = image.Pointer, m = inverse.Pointer;

        // (L + Λ)α = Λα₀. What is held takes part in the first product only.
        var size = 0d;
        foreach (var run in runs)
        {
            var sum = Vector256<float>.Zero;
            for (var i = run.Start; i < run.Start + run.Length; i += MarginPlane.Block)
            {
                var first = Vector256.Load(trust.Pull + i) - laplacian.Multiply(x, i);
                var step = first * Vector256.Load(m + i);
                first.Store(r + i);
                step.Store(p + i);
                sum += first * step;
            }

            size += Vector256.Sum(sum);
        }

        var goal = size * Tolerance * Tolerance;
        for (var iteration = 0; iteration < most && size > goal; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            var along = 0d;
            foreach (var run in runs)
            {
                var sum = Vector256<float>.Zero;
                for (var i = run.Start; i < run.Start + run.Length; i += MarginPlane.Block)
                {
                    var product = laplacian.Multiply(p, i);
                    product.Store(q + i);
                    sum += product * Vector256.Load(p + i);
                }

                along += Vector256.Sum(sum);
            }

            var (length, next) = (Vector256.Create((float)(size / along)), 0d);
            foreach (var run in runs)
            {
                var sum = Vector256<float>.Zero;
                for (var i = run.Start; i < run.Start + run.Length; i += MarginPlane.Block)
                {
                    (Vector256.Load(x + i) + (length * Vector256.Load(p + i))).Store(x + i);
                    var left = Vector256.Load(r + i) - (length * Vector256.Load(q + i));
                    left.Store(r + i);
                    sum += left * left * Vector256.Load(m + i);
                }

                next += Vector256.Sum(sum);
            }

            var turn = Vector256.Create((float)(next / size));
            foreach (var run in runs)
            {
                for (var i = run.Start; i < run.Start + run.Length; i += MarginPlane.Block)
                {
                    ((Vector256.Load(r + i) * Vector256.Load(m + i)) + (turn * Vector256.Load(p + i))).Store(p + i);
                }
            }

            size = next;
        }
    }

    /// <summary>Adds Λ to the diagonal and inverts it where it is unknown. Elsewhere 0 stays, so that nothing ever moves there.</summary>
    private static void Invert(MattingLaplacian laplacian, MatteTrust trust, MarginPlane inverse, Band band, List<Run> runs)
    {
        foreach (var run in runs)
        {
            for (var i = run.Start; i < run.Start + run.Length; i += MarginPlane.Block)
            {
                (Vector256.Load(laplacian.Diagonal + i) + Vector256.Load(trust.Weights + i)).Store(laplacian.Diagonal + i);
            }

            var unknown = band.Row(run.Y);
            var first = run.Start - inverse.IndexOf(run.Y);
            for (var x = first; x < Math.Min(band.Width, first + run.Length); x++)
            {
                inverse.Row(run.Y)[x] = unknown[x] != 0 ? 1 / laplacian.Diagonal[run.Start + x - first] : 0;
            }
        }
    }
}
