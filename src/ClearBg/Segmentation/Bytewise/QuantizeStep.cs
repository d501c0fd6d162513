using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>QuantizeLinear of the input: planar floats become pixels of bytes.</summary>
internal sealed unsafe class QuantizeStep(FeatureMap output) : RowStep(output.Height)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Row(int y, InferenceMemory memory)
    {
        var (width, channels, plane) = (output.Width, output.Channels, (long)output.Width * output.Height);
        var bytes = stackalloc byte[Vector128<byte>.Count];
        for (var channel = 0; channel < channels; channel++)
        {
            var source = memory.Picture + (channel * plane) + ((long)y * width);
            var target = output.At(memory.Features, 0, y) + channel;
            for (var x = 0; x < width; x += Vector512<float>.Count)
            {
                Bytes.Of(Vector512.Load(source + x) / Vector512.Create(output.Scale), output.Zero, 0).Store(bytes);
                for (var i = 0; i < Vector128<byte>.Count; i++, target += output.Buffer.Channels)
                {
                    *target = bytes[i];
                }
            }
        }

        output.Frame(memory.Features, y);
    }
}
