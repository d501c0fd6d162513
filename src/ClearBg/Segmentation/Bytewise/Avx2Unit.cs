using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// Vectors of 32 bytes. VPMADDUBSW would add pairs of products of bytes in 16 bits, which saturates; widened to 16 bits first, VPMADDWD adds them in 32, and takes as
/// many multiplications, since the other needs a second one to widen its sums.
/// </summary>
internal sealed unsafe class Avx2Unit : TileUnit
{
    private const int TilePixels = 16;
    private const int TileBytes = 1024;
    private const int RowBytes = 64;

    // Four pixels' values of 16 bits stay in the first cache beside the weights. Their distance isn't a power of two, which would put them all into the same lines.
    private const int MostSteps = 8;
    private const int WideStride = (MostSteps * RowBytes) + 32;

    public override string Name => "AVX2 unit";

    public override bool SavesProducts => true;

    public override void Multiply(TileProduct* product)
    {
        for (var step = 0; step < product->Steps; step += MostSteps)
        {
            Multiply(product, step, (int)Math.Min(MostSteps, product->Steps - step));
        }
    }

    /// <summary>Four pixels by sixteen outputs, in 16 bits.</summary>
    /// <param name="pixels">[4 pixels, channels].</param>
    /// <param name="channels">A multiple of 2.</param>
    /// <param name="weights">[channels / 2, 16 outputs, 2 channels].</param>
    /// <param name="sums">Gets [4 pixels, 16 outputs].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(short* pixels, int channels, short* weights, int* sums)
    {
        Vector256<int> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        var second = pixels + channels;
        var third = second + channels;
        var fourth = third + channels;
        for (nint channel = 0; channel < channels; channel += 2, weights += 32)
        {
            var (w0, w1) = (Vector256.Load(weights), Vector256.Load(weights + 16));
            var two = Avx2.BroadcastScalarToVector256((int*)(pixels + channel)).AsInt16();
            a0 += Avx2.MultiplyAddAdjacent(w0, two);
            a1 += Avx2.MultiplyAddAdjacent(w1, two);
            two = Avx2.BroadcastScalarToVector256((int*)(second + channel)).AsInt16();
            b0 += Avx2.MultiplyAddAdjacent(w0, two);
            b1 += Avx2.MultiplyAddAdjacent(w1, two);
            two = Avx2.BroadcastScalarToVector256((int*)(third + channel)).AsInt16();
            c0 += Avx2.MultiplyAddAdjacent(w0, two);
            c1 += Avx2.MultiplyAddAdjacent(w1, two);
            two = Avx2.BroadcastScalarToVector256((int*)(fourth + channel)).AsInt16();
            d0 += Avx2.MultiplyAddAdjacent(w0, two);
            d1 += Avx2.MultiplyAddAdjacent(w1, two);
        }

        a0.Store(sums);
        a1.Store(sums + 8);
        b0.Store(sums + 16);
        b1.Store(sums + 24);
        c0.Store(sums + 32);
        c1.Store(sums + 40);
        d0.Store(sums + 48);
        d1.Store(sums + 56);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(TileProduct* product, int step, int steps)
    {
        var wide = stackalloc short[4 * WideStride];
        var (rows, adds) = ((int)product->StepBytes / sizeof(int), step > 0);
        for (var pixel = 0; pixel < 2 * TilePixels; pixel += 4)
        {
            var pixels = product->Pixels + (pixel >= TilePixels ? product->Second - (TilePixels * product->PixelStride) : 0) + (pixel * product->PixelStride);
            for (var i = 0; i < 4; i++)
            {
                Widen(pixels + (i * product->PixelStride), product->Offsets + step, steps, rows, wide + (i * WideStride));
            }

            var sums = product->Sums + (pixel * ConvolutionWeights.Group);
            for (var output = 0; output < product->Outputs; output += 8)
            {
                var weights = product->Weights + ((nint)step * 2 * TileBytes) + (output / 16 * TileBytes) + (output % 16 * sizeof(int));
                Multiply(wide, weights, steps, rows, sums + output, adds);
            }
        }
    }

    /// <summary>A pixel's bytes of some steps, one behind the other. Reads up to 12 more of each; the next step's overwrite them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(byte* pixel, nint* offsets, int steps, int rows, short* target)
    {
        for (var step = 0; step < steps; step++, target += 4 * rows)
        {
            var source = pixel + offsets[step];
            for (var value = 0; value < 4 * rows; value += Vector128<byte>.Count)
            {
                Avx2.ConvertToVector256Int16(source + value).Store(target + value);
            }
        }
    }

    /// <summary>Four pixels by eight outputs. A vector of weights has four of each of four outputs, so that each has two sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(short* pixels, sbyte* weights, int steps, int rows, int* sums, bool adds)
    {
        Vector256<int> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (var step = 0; step < steps; step++, weights += (2 * TileBytes) - (rows * RowBytes))
        {
            for (var row = 0; row < rows; row++, weights += RowBytes, pixels += 4)
            {
                var (w0, w1) = (Avx2.ConvertToVector256Int16(weights), Avx2.ConvertToVector256Int16(weights + 16));
                var four = Avx2.BroadcastScalarToVector256((long*)pixels).AsInt16();
                a0 += Avx2.MultiplyAddAdjacent(w0, four);
                a1 += Avx2.MultiplyAddAdjacent(w1, four);
                four = Avx2.BroadcastScalarToVector256((long*)(pixels + WideStride)).AsInt16();
                b0 += Avx2.MultiplyAddAdjacent(w0, four);
                b1 += Avx2.MultiplyAddAdjacent(w1, four);
                four = Avx2.BroadcastScalarToVector256((long*)(pixels + (2 * WideStride))).AsInt16();
                c0 += Avx2.MultiplyAddAdjacent(w0, four);
                c1 += Avx2.MultiplyAddAdjacent(w1, four);
                four = Avx2.BroadcastScalarToVector256((long*)(pixels + (3 * WideStride))).AsInt16();
                d0 += Avx2.MultiplyAddAdjacent(w0, four);
                d1 += Avx2.MultiplyAddAdjacent(w1, four);
            }
        }

        Store(a0, a1, sums, adds);
        Store(b0, b1, sums + ConvolutionWeights.Group, adds);
        Store(c0, c1, sums + (2 * ConvolutionWeights.Group), adds);
        Store(d0, d1, sums + (3 * ConvolutionWeights.Group), adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<int> first, Vector256<int> second, int* sums, bool adds)
    {
        // HorizontalAdd works in halves of 16 bytes: two outputs of the first, two of the second, and so on.
        var values = Avx2.Permute4x64(Avx2.HorizontalAdd(first, second).AsInt64(), 0b11_01_10_00).AsInt32();
        (adds ? values + Vector256.Load(sums) : values).Store(sums);
    }
}
