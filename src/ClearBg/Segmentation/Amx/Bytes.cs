using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Amx;

/// <summary>Rounding to bytes, as ONNX's QuantizeLinear does: to the nearest, halves to the even one, saturated.</summary>
internal static class Bytes
{
    /// <param name="values">In units of the scale.</param>
    /// <param name="zero">The byte that stands for 0.</param>
    /// <param name="least">What lies below it is raised to it: <paramref name="zero"/> behind a Relu, else 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Of(Vector512<float> values, int zero, int least)
    {
        // Bounded first: what doesn't fit into 32 bits would become the least integer.
        var levels = Avx512F.ConvertToVector512Int32(Vector512.MinNative(values, Vector512.Create(255f))) + Vector512.Create(zero);
        return Avx512F.ConvertToVector128ByteWithSaturation(Vector512.Max(levels, Vector512.Create(least)).AsUInt32());
    }
}
