using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>A Conv whose outputs are bytes again.</summary>
/// <param name="unit">What multiplies.</param>
/// <param name="input">What is read.</param>
/// <param name="kernel">How.</param>
/// <param name="weights">Of the Conv.</param>
/// <param name="levels">What becomes of the sums.</param>
/// <param name="output">What is written; its channels are a multiple of 16.</param>
internal sealed unsafe class FeatureConvolution(TileUnit unit, FeatureMap input, Kernel kernel, ConvolutionWeights weights, OutputLevels levels, FeatureMap output)
    : ConvolutionStep(unit, input, kernel, weights, output)
{
    private readonly FeatureMap _output = output;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Store(InferenceMemory memory, int* sums, int x, int y, int channel)
    {
        var stride = _output.Buffer.Channels;
        for (var part = channel / 16; part < Math.Min(levels.Parts, (channel + ConvolutionWeights.Group) / 16); part++, sums += 16)
        {
            var target = _output.At(memory.Features, x, y) + (16 * part);
            for (var pixel = 0; pixel < TilePixels; pixel++, target += stride)
            {
                levels.Of(Vector512.Load(sums + (pixel * ConvolutionWeights.Group)), part).Store(target);
            }
        }
    }
}
