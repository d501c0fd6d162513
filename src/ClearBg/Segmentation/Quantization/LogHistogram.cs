namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// Counts floats by sign, exponent and the first bits of the fraction: buckets of one width at every magnitude, so that neither the range
/// need be known before nor one outlier costs resolution.
/// </summary>
/// <param name="bits">Of the fraction, 1 to 7: buckets of 50 % to 0.8 % width, in 8 to 512 KB.</param>
internal sealed class LogHistogram(int bits = 7)
{
    private readonly long[] _counts = new long[1 << (9 + bits)];

    /// <summary>Number of values counted.</summary>
    public long Count { get; private set; }

    /// <summary>True once a value was infinite or no number: those alone have the exponent 255, and they have no place in a range.</summary>
    public bool HasNonFinite => _counts.AsSpan(Infinite, 1 << bits).ContainsAnyExcept(0L) || _counts.AsSpan(Negative | Infinite, 1 << bits).ContainsAnyExcept(0L);

    private int Shift => 23 - bits;

    private int Negative => 1 << (8 + bits);

    private int Infinite => 0xFF << bits;

    /// <summary>Counts values.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        var (counts, shift) = (_counts, Shift);
        foreach (var value in values)
        {
            counts[BitConverter.SingleToUInt32Bits(value) >> shift]++;
        }

        Count += values.Length;
    }

    /// <summary>The range that leaves out, at each end, what lies beyond a percentile of all values. It holds 0 always.</summary>
    /// <param name="percentile">Percent, 50 to 100.</param>
    public ActivationRange Range(double percentile)
    {
        // In decimal: 100 − 99.99 is more than 0.01 in binary, and would leave out one value too many of every multiple of 10,000.
        var beyond = (long)decimal.Ceiling(Count * (100 - (decimal)percentile) / 100);
        return new(Bound(beyond, Negative | (Negative - 1), Negative + 1), Bound(beyond, Negative - 1, 1));
    }

    // Magnitudes fall with the index, for either sign. The outermost bucket that isn't left out, by its middle.
    private float Bound(long beyond, int from, int to)
    {
        for (var index = from; index >= to; index--)
        {
            beyond -= _counts[index];
            if (beyond < 0)
            {
                return BitConverter.UInt32BitsToSingle(((uint)index << Shift) | (1u << (Shift - 1)));
            }
        }

        return 0;
    }
}
