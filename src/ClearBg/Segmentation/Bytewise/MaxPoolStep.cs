using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>MaxPool over 2 × 2 pixels.</summary>
internal sealed unsafe class MaxPoolStep(FeatureMap input, FeatureMap output) : RowStep(output.Height)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Row(int y, InferenceMemory memory)
    {
        var upper = input.At(memory.Features, 0, 2 * y);
        var lower = input.At(memory.Features, 0, (2 * y) + 1);
        var target = output.At(memory.Features, 0, y);
        var (pixel, targetPixel, channels, wide) = (input.Buffer.Channels, output.Buffer.Channels, output.Channels, output.Channels & -Vector512<byte>.Count);
        for (var x = 0; x < output.Width; x++, upper += 2 * pixel, lower += 2 * pixel, target += targetPixel)
        {
            for (var c = 0; c < wide; c += Vector512<byte>.Count)
            {
                Vector512.Max(
                    Vector512.Max(Vector512.Load(upper + c), Vector512.Load(upper + pixel + c)),
                    Vector512.Max(Vector512.Load(lower + c), Vector512.Load(lower + pixel + c))).Store(target + c);
            }

            for (var c = wide; c < channels; c += Vector128<byte>.Count)
            {
                Vector128.Max(
                    Vector128.Max(Vector128.Load(upper + c), Vector128.Load(upper + pixel + c)),
                    Vector128.Max(Vector128.Load(lower + c), Vector128.Load(lower + pixel + c))).Store(target + c);
            }
        }

        output.Frame(memory.Features, y);
    }
}
