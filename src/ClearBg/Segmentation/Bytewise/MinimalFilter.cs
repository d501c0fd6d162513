namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// One of Winograd's minimal filters F(n × n, 3 × 3) (Lavin, Gray: Fast Algorithms for Convolutional Neural Networks, 2015): n × n results of (n + 2)²
/// multiplications in place of 9·n². In whole numbers it is exact: its weights are taken times so much that they are whole, and what is on the way to a
/// result may wrap around.
/// </summary>
internal abstract unsafe class MinimalFilter
{
    /// <summary>Outputs that are computed together.</summary>
    public const int Group = 16;

    /// <summary>Most results of a square.</summary>
    public const int MostResults = 16;

    /// <summary>F(2 × 2, 3 × 3): 16 multiplications in place of 36.</summary>
    public static MinimalFilter Small { get; } = new SmallMinimalFilter();

    /// <summary>F(4 × 4, 3 × 3): 36 multiplications in place of 144.</summary>
    public static MinimalFilter Large { get; } = new LargeMinimalFilter();

    /// <summary>Results along a square's side: n.</summary>
    public abstract int Side { get; }

    /// <summary>Values of a transformed square.</summary>
    public int Places => (Side + 2) * (Side + 2);

    /// <summary>What a result may be at most, positive or negative.</summary>
    public abstract int Greatest { get; }

    /// <summary>True where no picture makes a result greater than that.</summary>
    /// <param name="weights">[outputs, channels, 3, 3].</param>
    /// <param name="outputs">Number of outputs.</param>
    public bool Gives(ReadOnlySpan<sbyte> weights, int outputs)
    {
        // Whatever they are, for most Convs.
        var count = weights.Length / outputs;
        if ((long)count * -sbyte.MinValue * byte.MaxValue <= Greatest)
        {
            return true;
        }

        for (var output = 0; output < outputs; output++)
        {
            var (positive, negative) = (0L, 0L);
            foreach (int weight in weights.Slice(output * count, count))
            {
                positive += Math.Max(weight, 0);
                negative -= Math.Min(weight, 0);
            }

            if (Math.Max(positive, negative) * byte.MaxValue > Greatest)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Bᵀ·d·B of a square of (n + 2) × (n + 2) pixels, all channels.</summary>
    /// <param name="pixels">The square's first pixel.</param>
    /// <param name="right">From a pixel to the next, in bytes.</param>
    /// <param name="down">From a row to the next, in bytes.</param>
    /// <param name="channels">A multiple of 16.</param>
    /// <param name="values">Gets [channels] for each place.</param>
    /// <param name="next">From a place to the next.</param>
    public abstract void TransformPixels(byte* pixels, nint right, nint down, int channels, short* values, nint next);

    /// <summary>G·g·Gᵀ of 3 × 3 weights, times as much as makes them whole.</summary>
    /// <param name="weights">[3, 3, 32].</param>
    /// <param name="values">Gets [32] for each place.</param>
    /// <param name="next">From a place to the next.</param>
    public abstract void TransformWeights(short* weights, short* values, nint next);

    /// <summary>Aᵀ·m·A, divided by what the weights were taken times.</summary>
    /// <param name="sums">[16] for each place.</param>
    /// <param name="next">From a place to the next.</param>
    /// <param name="results">Gets [n, n, 16].</param>
    public abstract void TransformSums(int* sums, nint next, int* results);
}
