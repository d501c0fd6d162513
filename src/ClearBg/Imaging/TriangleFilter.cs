namespace ClearBg.Imaging;

/// <summary>
/// Weights of one axis of a bilinear resampling whose triangle is widened when shrinking, so that nothing aliases (Turkowski, "Filters for Common Resampling Tasks", 1990).
/// Pixel centres lie at half integers. Samples outside the used part don't count: what lies there is another picture, or padding.
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

        // A sample that the border cuts belongs to the side that has more of it.
        var low = Math.Clamp((int)Math.Round(start), 0, length - 1);
        var high = Math.Clamp((int)Math.Round(start + extent), low + 1, length);
        Taps = Math.Min(high - low, ((int)Math.Ceiling(support) * 2) + (step > 1 ? 1 : 0));
        First = new int[count];
        Weights = new float[count * Taps];
        for (var i = 0; i < count; i++)
        {
            var centre = start + ((i + 0.5) * step);
            var first = First[i] = Math.Clamp((int)Math.Floor(centre - support + 0.5), low, high - Taps);
            var weights = Weights.AsSpan(i * Taps, Taps);
            var sum = 0.0;
            for (var tap = 0; tap < Taps; tap++)
            {
                sum += weights[tap] = (float)Math.Max(0, 1 - (Math.Abs(first + tap + 0.5 - centre) / support));
            }

            // At the border a part of the triangle hangs over: the rest carries the whole weight.
            for (var tap = 0; tap < Taps; tap++)
            {
                weights[tap] = (float)(weights[tap] / sum);
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
