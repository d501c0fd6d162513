using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>
/// How much closed-form matting believes the matte, for each sample: the weight λ = 10⁻⁵ + c⁸·e^(−ds) of its data term, with c = |2α − 1| the matte's own confidence, s the
/// mean of 1 − c around the sample and d the doubt. What is sure and drawn with a sharp edge is held to, 0 or 1 whichever is nearer, as strongly as the Laplacian couples
/// neighbours: legs stay, and gaps between them. Near fur a model is unsure over some length and surely wrong over some more; there the colours decide.
/// </summary>
internal sealed unsafe class MatteTrust : IDisposable
{
    /// <summary>
    /// d. With 75 a sample is believed whose surroundings are soft by less than a tenth. From 60 to 90 the mean error of 8 photographs of people and animals changed by 1 %; people
    /// like less, fur likes more.
    /// </summary>
    private const float Doubt = 75;

    /// <summary>
    /// d for a small picture. The model has two to four samples for each of its pixels, and no colour that isn't its neighbours' too: with 75, thin things are lost
    /// and gaps filled, and the mean IoU of 36 such pictures falls from 0.825 to 0.81; with 5 to 15 it rises, to 0.829 at best.
    /// </summary>
    private const float DoubtOfSmall = 10;

    /// <summary>Pixels of the shorter side, of the picture as it came, below which it is small.</summary>
    private const int LeastSide = 500;

    /// <summary>How far around a sample counts, as a share of the shorter side: where one blur's weight has fallen to 1 ∕ e.</summary>
    private const float Reach = 1 / 70f;

    /// <summary>Next to nothing beside the Laplacian, whose entries are about 1; it decides where colours say nothing.</summary>
    private const float Least = 1e-5f;

    private readonly MarginPlane _weights;
    private readonly MarginPlane _pull;

    /// <param name="pool">For the planes.</param>
    /// <param name="matte">Coverage, 0 to 1.</param>
    /// <param name="side">Pixels of the shorter side of the picture as it came.</param>
    /// <param name="runs">Where it is needed.</param>
    public MatteTrust(BufferPool pool, MarginPlane matte, int side, List<Run> runs)
    {
        (_weights, _pull) = (new(pool, matte.Width, matte.Height), new(pool, matte.Width, matte.Height));
        Soften(matte);

        // Once alone is too peaked: a narrow gap's own two edges would count for soft surroundings.
        var reach = Reach * Math.Min(matte.Width, matte.Height);
        _weights.Blur(reach);
        _weights.Blur(reach);
        Weigh(matte, side < LeastSide ? DoubtOfSmall : Doubt, runs);
    }

    /// <summary>λ, in the layout of the matte; in the runs only.</summary>
    public float* Weights => _weights.Pointer;

    /// <summary>λ times what the matte says; in the runs only.</summary>
    public float* Pull => _pull.Pointer;

    public void Dispose()
    {
        _weights.Dispose();
        _pull.Dispose();
    }

    /// <summary>1 − c.</summary>
    private void Soften(MarginPlane matte)
    {
        for (var y = 0; y < matte.Height; y++)
        {
            var row = _weights.Row(y);
            TensorPrimitives.Subtract(matte.Row(y), 0.5f, row);
            TensorPrimitives.Abs(row, row);
            TensorPrimitives.Multiply(row, -2, row);
            TensorPrimitives.Add(row, 1, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Weigh(MarginPlane matte, float doubt, List<Run> runs)
    {
        var (one, half, least) = (Vector256<float>.One, Vector256.Create(0.5f), Vector256.Create(Least));
        foreach (var run in runs)
        {
            for (var i = run.Start; i < run.Start + run.Length; i += MarginPlane.Block)
            {
                var alpha = Vector256.Load(matte.Pointer + i);
                var squared = ((alpha + alpha) - one) * ((alpha + alpha) - one);
                var weight = squared * squared * squared * squared * Vector256.Exp(Vector256.Load(Weights + i) * -doubt);
                (weight + least).Store(Weights + i);
                (Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(alpha, half), weight, default) + (least * alpha)).Store(Pull + i);
            }
        }
    }
}
