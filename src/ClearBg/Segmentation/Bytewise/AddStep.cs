using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>The sum of two feature maps of any scales.</summary>
internal sealed unsafe class AddStep(FeatureMap first, FeatureMap second, FeatureMap output) : RowStep(output.Height)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Row(int y, InferenceMemory memory)
    {
        var a = first.At(memory.Features, 0, y);
        var b = second.At(memory.Features, 0, y);
        var target = output.At(memory.Features, 0, y);
        var (scaleA, scaleB) = (Vector512.Create(first.Scale / output.Scale), Vector512.Create(second.Scale / output.Scale));
        var (zeroA, zeroB) = (Vector512.Create((int)first.Zero), Vector512.Create((int)second.Zero));
        for (var x = 0; x < output.Width; x++, a += first.Buffer.Channels, b += second.Buffer.Channels, target += output.Buffer.Channels)
        {
            for (var c = 0; c < output.Channels; c += Vector128<byte>.Count)
            {
                var sum = (Difference(a + c, zeroA) * scaleA) + (Difference(b + c, zeroB) * scaleB);
                Bytes.Of(sum, output.Zero, 0).Store(target + c);
            }
        }

        output.Frame(memory.Features, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Difference(byte* bytes, Vector512<int> zero) =>
        Vector512.ConvertToSingle(Bytes.Widened(bytes) - zero);
}
