using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace ClearBg.Segmentation.Amx;

/// <summary>The last Resize to twice the size, in floats, and the Sigmoid behind it.</summary>
/// <param name="input">Four channels of bytes, which are one float.</param>
/// <param name="hasSigmoid">Whether there is one.</param>
internal sealed unsafe class MatteStep(FeatureMap input, bool hasSigmoid) : RowStep(2 * input.Height)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Row(int y, InferenceMemory memory)
    {
        var near = (float*)input.At(memory.Features, 0, y / 2);
        var far = (float*)input.At(memory.Features, 0, Math.Clamp((y / 2) + (y % 2 == 0 ? -1 : 1), 0, input.Height - 1));
        var row = new Span<float>(memory.Matte + ((long)y * 2 * input.Width), 2 * input.Width);
        var middle = Blend(near[0], far[0]);
        var left = middle;
        for (var x = 0; x < input.Width; x++)
        {
            var next = Math.Min(input.Width - 1, x + 1);
            var right = Blend(near[next], far[next]);
            (row[2 * x], row[(2 * x) + 1]) = (Blend(middle, left), Blend(middle, right));
            (left, middle) = (middle, right);
        }

        if (hasSigmoid)
        {
            TensorPrimitives.Sigmoid(row, row);
        }
    }

    private static float Blend(float near, float far) => (near * 0.75f) + (far * 0.25f);
}
