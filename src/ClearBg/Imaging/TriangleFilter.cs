namespace ClearBg.Imaging;

/// <summary>
/// Weights of one axis of a bilinear resampling whose triangle is widened when shrinking, so that nothing aliases (Turkowski, "Filters for Common Resampling Tasks", 1990).
/// Pixel centres lie at half integers.
/// </summary>
internal sealed class TriangleFilter
{
    /// <param name="length">Samples of the source axis.</param>
    /// <param name="start">Where the used part of the source begins, in samples; may be fractional.</param>
    /// <param name="extent">Length of the used part, in samples.</param>
    /// <param name="count">Samples wanted.</param>
    public TriangleFilter(int length, double start, double extent, int count)
    {
        var step = extent / count;
        var support = Math.Max(1, step);
        Taps = Math.Min(length, ((int)Math.Ceiling(support) * 2) + (step > 1 ? 1 : 0));
        First = new int[count];
        Weights = new float[count * Taps];
        for (var i = 0; i < count; i++)
        {
            var centre = start + ((i + 0.5) * step);
            var first = First[i] = Math.Clamp((int)Math.Floor(centre - support + 0.5), 0, length - Taps);
            var weights = Weights.AsSpan(i * Taps, Taps);
            var sum = 0f;
            for (var tap = 0; tap < Taps; tap++)
            {
                sum += weights[tap] = (float)Math.Max(0, 1 - (Math.Abs(first + tap + 0.5 - centre) / support));
            }

            // At the border a part of the triangle hangs over: the rest carries the whole weight, as if the border sample went on.
            for (var tap = 0; tap < Taps; tap++)
            {
                weights[tap] /= sum;
            }
        }
    }

    /// <summary>Weights for each output sample.</summary>
    public int Taps { get; }

    /// <summary>The first source sample of each output sample.</summary>
    public int[] First { get; }

    /// <summary><see cref="Taps"/> weights for each output sample, adding up to 1.</summary>
    public float[] Weights { get; }
}
