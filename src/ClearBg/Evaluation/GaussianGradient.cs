using System.Numerics.Tensors;
using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>
/// The length of a matte's gradient: derivatives of a Gaussian with σ = 1.4 pixels along both axes, cut off after 4 σ; beyond its edges the matte is mirrored,
/// the outermost sample included (d c b a | a b c d | d c b a). One row at a time; not for several threads.
/// </summary>
internal sealed class GaussianGradient
{
    private const double Sigma = 1.4;
    private const int Radius = (int)((4 * Sigma) + 0.5);

    /// <summary>The Gaussian, normalised to a sum of 1 over all of its taps, at 0 to <see cref="Radius"/>.</summary>
    private static readonly float[] Weights;

    /// <summary>Its derivative at the same places, but for the sign, which a length doesn't have.</summary>
    private static readonly float[] Slopes;

    private readonly Plane _matte;
    private readonly float[] _smooth;
    private readonly float[] _steep;
    private readonly float[] _pair;
    private readonly float[] _across;

    static GaussianGradient()
    {
        var bell = Enumerable.Range(0, Radius + 1).Select(static k => Math.Exp(-k * k / (2 * Sigma * Sigma))).ToArray();
        var sum = (2 * bell.Sum()) - bell[0];
        Weights = [.. bell.Select(value => (float)(value / sum))];
        Slopes = [.. bell.Select((value, k) => (float)(value / sum * k / (Sigma * Sigma)))];
    }

    /// <param name="matte">Any size. It must outlast this.</param>
    public GaussianGradient(Plane matte)
    {
        _matte = matte;
        (_smooth, _steep) = (new float[matte.Width + (2 * Radius)], new float[matte.Width + (2 * Radius)]);
        (_pair, _across) = (new float[matte.Width], new float[matte.Width]);
    }

    /// <summary>The gradient's length along one row.</summary>
    /// <param name="y">The row.</param>
    /// <param name="lengths">As many as the matte has columns; a unit is full coverage a pixel.</param>
    public void Row(int y, Span<float> lengths)
    {
        var smooth = _smooth.AsSpan(Radius, _matte.Width);
        var steep = _steep.AsSpan(Radius, _matte.Width);
        TensorPrimitives.Multiply(_matte.Row(y), Weights[0], smooth);
        steep.Clear();
        for (var k = 1; k <= Radius; k++)
        {
            var above = _matte.Row(Mirrored(y - k, _matte.Height));
            var below = _matte.Row(Mirrored(y + k, _matte.Height));
            TensorPrimitives.Add(above, below, _pair);
            TensorPrimitives.MultiplyAdd(_pair, Weights[k], smooth, smooth);
            TensorPrimitives.Subtract(below, above, _pair);
            TensorPrimitives.MultiplyAdd(_pair, Slopes[k], steep, steep);
        }

        Extend(_smooth);
        Extend(_steep);
        _across.AsSpan().Clear();
        TensorPrimitives.Multiply(steep, Weights[0], lengths);
        for (var k = 1; k <= Radius; k++)
        {
            TensorPrimitives.Subtract(Shifted(_smooth, k), Shifted(_smooth, -k), _pair);
            TensorPrimitives.MultiplyAdd(_pair, Slopes[k], _across, _across);
            TensorPrimitives.Add(Shifted(_steep, k), Shifted(_steep, -k), _pair);
            TensorPrimitives.MultiplyAdd(_pair, Weights[k], lengths, lengths);
        }

        TensorPrimitives.Multiply(lengths, lengths, lengths);
        TensorPrimitives.MultiplyAdd(_across, _across, lengths, lengths);
        TensorPrimitives.Sqrt(lengths, lengths);
    }

    private ReadOnlySpan<float> Shifted(float[] line, int by) => line.AsSpan(Radius + by, _matte.Width);

    private void Extend(float[] line)
    {
        for (var k = 1; k <= Radius; k++)
        {
            line[Radius - k] = line[Radius + Mirrored(-k, _matte.Width)];
            line[Radius + _matte.Width - 1 + k] = line[Radius + Mirrored(_matte.Width - 1 + k, _matte.Width)];
        }
    }

    /// <summary>A matte may be smaller than the filter, and is then mirrored several times.</summary>
    private static int Mirrored(int index, int length)
    {
        var turn = ((index % (2 * length)) + (2 * length)) % (2 * length);
        return turn < length ? turn : (2 * length) - 1 - turn;
    }
}
