using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>Bytes as vectors of 16, between what they stand for and what is stored, on AVX-512 or AVX2.</summary>
internal static unsafe class Bytes
{
    /// <summary>Rounding as ONNX's QuantizeLinear does: to the nearest, halves to the even one, saturated.</summary>
    /// <param name="values">In units of the scale.</param>
    /// <param name="zero">The byte that stands for 0.</param>
    /// <param name="least">What lies below it is raised to it: <paramref name="zero"/> behind a Relu, else 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Of(Vector512<float> values, int zero, int least)
    {
        // Bounded first: what doesn't fit into 32 bits would become the least integer.
        if (Avx512F.IsSupported)
        {
            var levels = Avx512F.ConvertToVector512Int32(Vector512.MinNative(values, Vector512.Create(255f))) + Vector512.Create(zero);
            return Avx512F.ConvertToVector128ByteWithSaturation(Vector512.Max(levels, Vector512.Create(least)).AsUInt32());
        }

        // The packing works in halves of 16 bytes.
        var pairs = Avx2.Permute4x64(Avx2.PackUnsignedSaturate(Levels(values.GetLower(), zero, least), Levels(values.GetUpper(), zero, least)).AsInt64(), 0b11_01_10_00).AsInt16();
        return Sse2.PackUnsignedSaturate(pairs.GetLower(), pairs.GetUpper());
    }

    /// <summary>16 bytes as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Widened(byte* bytes) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector128.Load(bytes))
        : Vector512.Create(Avx2.ConvertToVector256Int32(bytes), Avx2.ConvertToVector256Int32(bytes + 8));

    /// <summary>The lower byte of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Narrowed(Vector256<ushort> values) => Avx512BW.VL.IsSupported
        ? Avx512BW.VL.ConvertToVector128Byte(values)
        : Vector128.Narrow(values.GetLower(), values.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Levels(Vector256<float> values, int zero, int least) =>
        Vector256.Max(Avx.ConvertToVector256Int32(Vector256.MinNative(values, Vector256.Create(255f))) + Vector256.Create(zero), Vector256.Create(least));
}
