using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>The last Resize to twice the size, in floats, and the Sigmoid behind it.</summary>
/// <param name="input">Four channels of bytes, which are one float.</param>
/// <param name="hasSigmoid">Whether there is one.</param>
internal sealed unsafe class MatteStep(FeatureMap input, bool hasSigmoid) : RowStep(2 * input.Height)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Row(int y, InferenceMemory memory)
    {
        var width = input.Width;
        var near = (float*)input.At(memory.Features, 0, y / 2);
        var far = (float*)input.At(memory.Features, 0, Math.Clamp((y / 2) + (y % 2 == 0 ? -1 : 1), 0, input.Height - 1));
        var blended = stackalloc float[width + 2];
        float* evens = stackalloc float[Vector512<float>.Count], odds = stackalloc float[Vector512<float>.Count];
        for (var x = 0; x < width; x += Vector512<float>.Count)
        {
            Blend(Vector512.Load(near + x), Vector512.Load(far + x)).Store(blended + 1 + x);
        }

        (blended[0], blended[width + 1]) = (blended[1], blended[width]);
        var target = memory.Matte + ((long)y * 2 * width);
        for (var x = 0; x < width; x += Vector512<float>.Count)
        {
            var middle = Vector512.Load(blended + 1 + x);
            var (even, odd) = (Blend(middle, Vector512.Load(blended + x)), Blend(middle, Vector512.Load(blended + 2 + x)));
            if (hasSigmoid)
            {
                (even, odd) = (Sigmoid(even), Sigmoid(odd));
            }

            even.Store(evens);
            odd.Store(odds);
            for (var i = 0; i < Vector512<float>.Count; i++, target += 2)
            {
                (target[0], target[1]) = (evens[i], odds[i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Blend(Vector512<float> near, Vector512<float> far) => (near * 0.75f) + (far * 0.25f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sigmoid(Vector512<float> values) => Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-values));
}
