using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>F(2 × 2, 3 × 3). Weights are taken times 4, so that they are at most 9 · 128; a result times 4 is in 32 bits.</summary>
internal sealed unsafe class SmallMinimalFilter : MinimalFilter
{
    public override int Side => 2;

    public override int Greatest => (1 << 29) - 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformPixels(byte* pixels, nint right, nint down, int channels, short* values, nint next)
    {
        for (var channel = 0; channel < channels; channel += Vector256<short>.Count, pixels += Vector256<short>.Count, values += Vector256<short>.Count)
        {
            var (a0, b0, c0, d0) = Differences(pixels, down);
            var (a1, b1, c1, d1) = Differences(pixels + right, down);
            var (a2, b2, c2, d2) = Differences(pixels + (2 * right), down);
            var (a3, b3, c3, d3) = Differences(pixels + (3 * right), down);
            StoreDifferences(a0, a1, a2, a3, values, next);
            StoreDifferences(b0, b1, b2, b3, values + (4 * next), next);
            StoreDifferences(c0, c1, c2, c3, values + (8 * next), next);
            StoreDifferences(d0, d1, d2, d3, values + (12 * next), next);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformWeights(short* weights, short* values, nint next)
    {
        for (var half = 0; half < 2 * Group; half += Vector256<short>.Count)
        {
            var (a0, b0, c0, d0) = Column(weights + half);
            var (a1, b1, c1, d1) = Column(weights + half + (2 * Group));
            var (a2, b2, c2, d2) = Column(weights + half + (4 * Group));
            StoreRow(a0, a1, a2, values + half, next);
            StoreRow(b0, b1, b2, values + half + (4 * next), next);
            StoreRow(c0, c1, c2, values + half + (8 * next), next);
            StoreRow(d0, d1, d2, values + half + (12 * next), next);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformSums(int* sums, nint next, int* results)
    {
        for (var half = 0; half < Group; half += Vector256<int>.Count)
        {
            var (a0, b0) = Rows(sums + half, next);
            var (a1, b1) = Rows(sums + half + next, next);
            var (a2, b2) = Rows(sums + half + (2 * next), next);
            var (a3, b3) = Rows(sums + half + (3 * next), next);
            ((a0 + a1 + a2) >> 2).Store(results + half);
            ((a1 - a2 - a3) >> 2).Store(results + half + Group);
            ((b0 + b1 + b2) >> 2).Store(results + half + (2 * Group));
            ((b1 - b2 - b3) >> 2).Store(results + half + (3 * Group));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<short> First, Vector256<short> Second, Vector256<short> Third, Vector256<short> Fourth) Differences(byte* pixels, nint down)
    {
        var (first, second) = (Avx2.ConvertToVector256Int16(pixels), Avx2.ConvertToVector256Int16(pixels + down));
        var (third, fourth) = (Avx2.ConvertToVector256Int16(pixels + (2 * down)), Avx2.ConvertToVector256Int16(pixels + (3 * down)));
        return (first - third, second + third, third - second, second - fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreDifferences(Vector256<short> first, Vector256<short> second, Vector256<short> third, Vector256<short> fourth, short* values, nint next)
    {
        (first - third).Store(values);
        (second + third).Store(values + next);
        (third - second).Store(values + (2 * next));
        (second - fourth).Store(values + (3 * next));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<short> First, Vector256<short> Second, Vector256<short> Third, Vector256<short> Fourth) Column(short* weights)
    {
        var (upper, middle, lower) = (Vector256.Load(weights), Vector256.Load(weights + (6 * Group)), Vector256.Load(weights + (12 * Group)));
        return (upper + upper, upper + lower + middle, upper + lower - middle, lower + lower);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(Vector256<short> left, Vector256<short> middle, Vector256<short> right, short* values, nint next)
    {
        (left + left).Store(values);
        (left + right + middle).Store(values + next);
        (left + right - middle).Store(values + (2 * next));
        (right + right).Store(values + (3 * next));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Upper, Vector256<int> Lower) Rows(int* sums, nint next)
    {
        var (first, second) = (Vector256.Load(sums), Vector256.Load(sums + (4 * next)));
        var (third, fourth) = (Vector256.Load(sums + (8 * next)), Vector256.Load(sums + (12 * next)));
        return (first + second + third, second - third - fourth);
    }
}
