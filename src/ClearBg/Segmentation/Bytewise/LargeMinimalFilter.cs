using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// F(4 × 4, 3 × 3) with the points 0, ±1, ±2 and ∞. Weights are taken times 24 along each axis, but for the last one's 12, which leaves a 2 to the results: so they
/// are at most 144 · 128. Transformed pixels are at most 68 · 255. A result is known times 576 in 32 bits, that is times 64 and 9: an odd number
/// has an inverse there, and 26 bits are left of the result.
/// </summary>
internal sealed unsafe class LargeMinimalFilter : MinimalFilter
{
    private const int Width = 6;

    // In a vector.
    private const int Shorts = 16;
    private const int Ints = 8;

    // 9 times this is 1 modulo 2³².
    private const int Ninth = 0x38E38E39;

    public override int Side => 4;

    public override int Greatest => (1 << 25) - 1;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformPixels(byte* pixels, nint right, nint down, int channels, short* values, nint next)
    {
        var columns = stackalloc short[Width * Width * Shorts];
        const int Row = Width * Shorts;
        for (var channel = 0; channel < channels; channel += Shorts, pixels += Shorts, values += Shorts)
        {
            for (var x = 0; x < Width; x++)
            {
                var pixel = pixels + (x * right);
                StoreDifferences(
                    Avx2.ConvertToVector256Int16(pixel),
                    Avx2.ConvertToVector256Int16(pixel + down),
                    Avx2.ConvertToVector256Int16(pixel + (2 * down)),
                    Avx2.ConvertToVector256Int16(pixel + (3 * down)),
                    Avx2.ConvertToVector256Int16(pixel + (4 * down)),
                    Avx2.ConvertToVector256Int16(pixel + (5 * down)),
                    columns + (x * Shorts),
                    Row);
            }

            for (var y = 0; y < Width; y++)
            {
                var row = columns + (y * Row);
                StoreDifferences(
                    Vector256.Load(row),
                    Vector256.Load(row + Shorts),
                    Vector256.Load(row + (2 * Shorts)),
                    Vector256.Load(row + (3 * Shorts)),
                    Vector256.Load(row + (4 * Shorts)),
                    Vector256.Load(row + (5 * Shorts)),
                    values + (y * Width * next),
                    next);
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformWeights(short* weights, short* values, nint next)
    {
        var columns = stackalloc short[Width * 3 * Shorts];
        const int Row = 3 * Shorts;
        for (var half = 0; half < 2 * Group; half += Shorts)
        {
            for (var x = 0; x < 3; x++)
            {
                var column = weights + half + (x * 2 * Group);
                StoreWeights(Vector256.Load(column), Vector256.Load(column + (6 * Group)), Vector256.Load(column + (12 * Group)), columns + (x * Shorts), Row);
            }

            for (var y = 0; y < Width; y++)
            {
                var row = columns + (y * Row);
                StoreWeights(Vector256.Load(row), Vector256.Load(row + Shorts), Vector256.Load(row + (2 * Shorts)), values + half + (y * Width * next), next);
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformSums(int* sums, nint next, int* results)
    {
        var columns = stackalloc int[Width * 4 * Ints];
        const int Row = Width * Ints;
        for (var half = 0; half < Group; half += Ints)
        {
            for (var x = 0; x < Width; x++)
            {
                var (a, b, c, d) = Results(sums + half + (x * next), Width * next);
                var column = columns + (x * Ints);
                a.Store(column);
                b.Store(column + Row);
                c.Store(column + (2 * Row));
                d.Store(column + (3 * Row));
            }

            for (var y = 0; y < 4; y++)
            {
                var (a, b, c, d) = Results(columns + (y * Row), Ints);
                var row = results + half + (y * 4 * Group);
                ((a * Ninth) >> 6).Store(row);
                ((b * Ninth) >> 6).Store(row + Group);
                ((c * Ninth) >> 6).Store(row + (2 * Group));
                ((d * Ninth) >> 6).Store(row + (3 * Group));
            }
        }
    }

    /// <summary>The rows of Bᵀ: (4, 0, −5, 0, 1, 0), (0, −4, −4, 1, 1, 0), (0, 4, −4, −1, 1, 0), (0, −2, −1, 2, 1, 0), (0, 2, −1, −2, 1, 0), (0, 4, 0, −5, 0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreDifferences(
        Vector256<short> a, Vector256<short> b, Vector256<short> c, Vector256<short> d, Vector256<short> e, Vector256<short> f, short* values, nint next)
    {
        var (even, odd) = (e - (c << 2), d - (b << 2));
        var (near, far) = (e - c, (d - b) << 1);
        (((a - c) << 2) + near).Store(values);
        (even + odd).Store(values + next);
        (even - odd).Store(values + (2 * next));
        (near + far).Store(values + (3 * next));
        (near - far).Store(values + (4 * next));
        (f - d - (far << 1)).Store(values + (5 * next));
    }

    /// <summary>The rows of G times 24 (12 for the last): (6, 0, 0), (−4, −4, −4), (−4, 4, −4), (1, 2, 4), (1, −2, 4), (0, 0, 12).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreWeights(Vector256<short> a, Vector256<short> b, Vector256<short> c, short* values, nint next)
    {
        var (ends, most) = (-((a + c) << 2), a + (c << 2));
        ((a << 2) + (a << 1)).Store(values);
        (ends - (b << 2)).Store(values + next);
        (ends + (b << 2)).Store(values + (2 * next));
        (most + (b << 1)).Store(values + (3 * next));
        (most - (b << 1)).Store(values + (4 * next));
        ((c << 3) + (c << 2)).Store(values + (5 * next));
    }

    /// <summary>The rows of Aᵀ: (1, 1, 1, 1, 1, 0), (0, 1, −1, 2, −2, 0), (0, 1, 1, 4, 4, 0), (0, 1, −1, 8, −8, 1), where the last column is 2 for the last weights' 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> First, Vector256<int> Second, Vector256<int> Third, Vector256<int> Fourth) Results(int* sums, nint next)
    {
        var (one, minusOne) = (Vector256.Load(sums + next), Vector256.Load(sums + (2 * next)));
        var (two, minusTwo) = (Vector256.Load(sums + (3 * next)), Vector256.Load(sums + (4 * next)));
        var (even, odd) = (one + minusOne, one - minusOne);
        var (evenOfTwo, oddOfTwo) = (two + minusTwo, two - minusTwo);
        return (Vector256.Load(sums) + even + evenOfTwo, odd + (oddOfTwo << 1), even + (evenOfTwo << 2), odd + (((oddOfTwo << 2) + Vector256.Load(sums + (5 * next))) << 1));
    }
}
