using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// Resize to twice the size, linear with half-pixel centres: nine parts of the nearest pixel, three of each beside it in either direction, one of the fourth,
/// of sixteen, rounded to the nearest and halves to the even one, as everywhere in ONNX: halves are frequent, and rounding them up made mattes worse. At the edges a pixel stands for the missing one.
/// </summary>
internal sealed unsafe class EnlargeStep(FeatureMap input, FeatureMap output) : RowStep(output.Height)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Row(int y, InferenceMemory memory)
    {
        var near = input.At(memory.Features, 0, y / 2);
        var far = input.At(memory.Features, 0, Math.Clamp((y / 2) + (y % 2 == 0 ? -1 : 1), 0, input.Height - 1));
        var target = output.At(memory.Features, 0, y);
        var (pixel, targetPixel, last) = (input.Buffer.Channels, output.Buffer.Channels, input.Width - 1);
        for (var c = 0; c < output.Channels; c += Vector128<byte>.Count)
        {
            var middle = Blend(near + c, far + c);
            var left = middle;
            for (var x = 0; x <= last; x++)
            {
                var next = ((nint)Math.Min(last, x + 1) * pixel) + c;
                var right = Blend(near + next, far + next);
                var place = target + ((nint)2 * x * targetPixel) + c;
                Round((middle * 3) + left).Store(place);
                Round((middle * 3) + right).Store(place + targetPixel);
                (left, middle) = (middle, right);
            }
        }

        output.Frame(memory.Features, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Blend(byte* near, byte* far) => (Widened(near) * 3) + Widened(far);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Widened(byte* bytes) => Avx2.ConvertToVector256Int16(bytes).AsUInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Round(Vector256<ushort> sixteenths) =>
        Bytes.Narrowed((sixteenths + Vector256.Create((ushort)7) + ((sixteenths >> 4) & Vector256<ushort>.One)) >> 4);
}
