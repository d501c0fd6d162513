namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// The last Conv, whose one output stays float, and so do its weights: each is split into two bytes, the second for what rounding to the first one left. That
/// makes two outputs of a group that has 32 anyway, and together they are exact to a 32,000th of the greatest weight.
/// </summary>
internal sealed unsafe class MatteConvolution : ConvolutionStep
{
    private const float Finer = 2 * sbyte.MaxValue;

    private readonly FeatureMap _output;
    private readonly float _scale;
    private readonly float _bias;

    private MatteConvolution(TileUnit unit, FeatureMap input, Kernel kernel, ConvolutionWeights weights, float scale, float bias, FeatureMap output)
        : base(unit, input, kernel, weights, output)
    {
        (_output, _scale) = (output, scale * input.Scale);
        _bias = bias - (input.Zero * (weights.Sums[0] + (weights.Sums[1] / Finer)) * _scale);
    }

    /// <summary>Splits the weights.</summary>
    /// <param name="unit">What multiplies.</param>
    /// <param name="memory">Where the weights are kept.</param>
    /// <param name="input">What is read.</param>
    /// <param name="kernel">How.</param>
    /// <param name="weights">[1, channels, size, size].</param>
    /// <param name="bias">Of the output.</param>
    /// <param name="output">Four channels of bytes, which are one float.</param>
    public static MatteConvolution Create(TileUnit unit, WeightMemory memory, FeatureMap input, Kernel kernel, ReadOnlySpan<float> weights, float bias, FeatureMap output)
    {
        var scale = Math.Max(Math.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(weights)) / sbyte.MaxValue, float.Epsilon * Finer);
        var digits = new sbyte[2 * weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            digits[i] = (sbyte)MathF.Round(weights[i] / scale);
            digits[weights.Length + i] = (sbyte)MathF.Round(((weights[i] / scale) - digits[i]) * Finer);
        }

        return new(unit, input, kernel, new(memory, digits, 2, kernel, input), scale, bias, output);
    }

    protected override void Store(InferenceMemory memory, int* sums, int x, int y, int channel)
    {
        var target = (float*)_output.At(memory.Features, x, y);
        for (var pixel = 0; pixel < TilePixels; pixel++, sums += ConvolutionWeights.Group)
        {
            target[pixel] = ((sums[0] + (sums[1] / Finer)) * _scale) + _bias;
        }
    }
}
