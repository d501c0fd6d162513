using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Amx;

/// <summary>A Conv whose outputs are bytes again, rectified or not.</summary>
internal sealed unsafe class FeatureConvolution : ConvolutionStep
{
    private readonly FeatureMap _output;
    private readonly int _least;
    private readonly Vector512<int>[] _biases;
    private readonly Vector512<float>[] _scales;

    /// <param name="input">What is read.</param>
    /// <param name="kernel">How.</param>
    /// <param name="weights">Of the Conv.</param>
    /// <param name="scales">Of the weights, one for each output.</param>
    /// <param name="biases">One for each output, in units of the products.</param>
    /// <param name="output">What is written; its channels are a multiple of 16.</param>
    /// <param name="isRectified">Whether a Relu follows.</param>
    public FeatureConvolution(FeatureMap input, Kernel kernel, ConvolutionWeights weights, ReadOnlySpan<float> scales, ReadOnlySpan<int> biases, FeatureMap output, bool isRectified)
        : base(input, kernel, weights, output)
    {
        (_output, _least) = (output, isRectified ? output.Zero : 0);
        (_biases, _scales) = (new Vector512<int>[output.Channels / 16], new Vector512<float>[output.Channels / 16]);
        for (var i = 0; i < _biases.Length; i++)
        {
            // A byte of the input stands for its difference to the zero, and the tiles multiply the byte.
            _biases[i] = Vector512.Create(biases[(16 * i)..]) - (Vector512.Create(weights.Sums[(16 * i)..]) * input.Zero);
            _scales[i] = Vector512.Create(scales[(16 * i)..]) * input.Scale / output.Scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Store(InferenceMemory memory, int* sums, int x, int y, int channel)
    {
        var (stride, zero, least) = (_output.Buffer.Channels, (int)_output.Zero, _least);
        for (var part = channel / 16; part < Math.Min(_biases.Length, (channel + ConvolutionWeights.Group) / 16); part++, sums += 16)
        {
            var (bias, scale) = (_biases[part], _scales[part]);
            var target = _output.At(memory.Features, x, y) + (16 * part);
            for (var pixel = 0; pixel < TilePixels; pixel++, target += stride)
            {
                Bytes.Of(Vector512.ConvertToSingle(Vector512.Load(sums + (pixel * ConvolutionWeights.Group)) + bias) * scale, zero, least).Store(target);
            }
        }
    }
}
