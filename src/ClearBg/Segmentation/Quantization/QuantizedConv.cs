using System.Numerics.Tensors;

namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// A Conv's weights in 8 bits: symmetric, one scale for each output channel; its bias in 32 bits with the scale of the products it is added to.
/// </summary>
/// <param name="Weights">−127 to 127, [outputs, …] as before.</param>
/// <param name="Scales">One for each output channel.</param>
internal sealed record QuantizedConv(sbyte[] Weights, float[] Scales)
{
    private const float LeastScale = 1e-7f;

    // A channel without weights has any scale; this one keeps its bias within 32 bits, and fine enough.
    private const float ScaleOfZeros = 1e-4f;

    /// <summary>Rounds weights, each to the nearest of 255 levels that reach to the channel's largest.</summary>
    public static QuantizedConv Of(ReadOnlySpan<float> weights, int outputs)
    {
        var (levels, scales, row) = (new sbyte[weights.Length], new float[outputs], weights.Length / outputs);
        for (var output = 0; output < outputs; output++)
        {
            var values = weights.Slice(output * row, row);
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(values));
            var scale = scales[output] = largest == 0 ? ScaleOfZeros : Math.Max(largest / sbyte.MaxValue, LeastScale);
            for (var i = 0; i < row; i++)
            {
                levels[(output * row) + i] = (sbyte)MathF.Round(values[i] / scale);
            }
        }

        return new(levels, scales);
    }

    /// <summary>The bias in units of the products' scales, and these scales.</summary>
    /// <param name="bias">One for each output channel.</param>
    /// <param name="inputScale">Of the Conv's input.</param>
    /// <param name="corrections">As <see cref="BiasCorrection"/> gives them; empty for none.</param>
    public (int[] Levels, float[] Scales) Bias(ReadOnlySpan<float> bias, float inputScale, ReadOnlySpan<int> corrections = default)
    {
        var (levels, scales) = (new int[bias.Length], new float[bias.Length]);
        for (var output = 0; output < bias.Length; output++)
        {
            scales[output] = Scales[output] * inputScale;
            levels[output] = (int)Math.Clamp(Math.Round((double)bias[output] / scales[output]) + (corrections.IsEmpty ? 0 : corrections[output]), int.MinValue, int.MaxValue);
        }

        return (levels, scales);
    }
}
