using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Refinement;

/// <summary>Sums of products of three colours less their means, for eight windows at a time.</summary>
internal struct Covariance
{
    private Vector256<float> _rr;
    private Vector256<float> _rg;
    private Vector256<float> _rb;
    private Vector256<float> _gg;
    private Vector256<float> _gb;
    private Vector256<float> _bb;

    /// <summary>Adds one sample of each window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector256<float> red, Vector256<float> green, Vector256<float> blue)
    {
        _rr += red * red;
        _rg += red * green;
        _rb += red * blue;
        _gg += green * green;
        _gb += green * blue;
        _bb += blue * blue;
    }

    /// <summary>The Cholesky factor of covariance plus noise.</summary>
    /// <param name="share">1 ∕ samples.</param>
    /// <param name="noise">Added to each variance, above 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly CovarianceRoot Root(Vector256<float> share, Vector256<float> noise)
    {
        // No pivot can be below the noise, but for rounding.
        var first = Vector256<float>.One / Vector256.Sqrt((_rr * share) + noise);
        var (rg, rb) = (_rg * share * first, _rb * share * first);
        var second = Vector256<float>.One / Vector256.Sqrt(Vector256.Max((_gg * share) + noise - (rg * rg), noise));
        var gb = ((_gb * share) - (rg * rb)) * second;
        var third = Vector256<float>.One / Vector256.Sqrt(Vector256.Max((_bb * share) + noise - (rb * rb) - (gb * gb), noise));
        return new(first, rg, rb, second, gb, third);
    }
}

/// <summary>L of a covariance LLᵀ, its diagonal inverted.</summary>
internal readonly record struct CovarianceRoot(
    Vector256<float> First, Vector256<float> RedGreen, Vector256<float> RedBlue, Vector256<float> Second, Vector256<float> GreenBlue, Vector256<float> Third)
{
    /// <summary>L⁻¹ times a colour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Whiten(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue)
    {
        red *= First;
        green = (green - (RedGreen * red)) * Second;
        blue = (blue - (RedBlue * red) - (GreenBlue * green)) * Third;
    }

    /// <summary>L⁻ᵀ times a whitened colour: with <see cref="Whiten"/> the inverse of the covariance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Unwhiten(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue)
    {
        blue *= Third;
        green = (green - (GreenBlue * blue)) * Second;
        red = (red - (RedGreen * green) - (RedBlue * blue)) * First;
    }
}
