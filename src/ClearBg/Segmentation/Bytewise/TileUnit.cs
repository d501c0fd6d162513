using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>What multiplies the bytes of an <see cref="IntegerNetwork"/>: exactly, whatever the processor.</summary>
internal abstract unsafe class TileUnit
{
    /// <summary>What it is, behind "its".</summary>
    public abstract string Name { get; }

    /// <summary>Sums of the products of 2 × 16 pixels' unsigned bytes with 2 × 16 outputs' signed ones, over all steps, in 32 bits.</summary>
    public abstract void Multiply(TileProduct* product);

    /// <summary>True where a <see cref="WinogradConvolution"/> is faster than the product that it is made for.</summary>
    public virtual bool SavesProducts => false;

    /// <summary>On each thread, before its products of one size.</summary>
    /// <param name="stepBytes">Bytes a step, a multiple of 4, at most 64.</param>
    public virtual void Enter(int stepBytes)
    {
    }

    /// <summary>On each thread, after its last product.</summary>
    public virtual void Leave()
    {
    }

    /// <summary>
    /// The unit that computes a model in 8 bits; null where ONNX Runtime does. Of its own accord that is AMX or, where ONNX Runtime would add pairs of products with
    /// saturation, AVX2.
    /// </summary>
    /// <exception cref="ModelException">The setting names a unit that this processor or system hasn't.</exception>
    public static TileUnit? Of(EngineSetting setting) => setting switch
    {
        EngineSetting.OnnxRuntime => null,
        EngineSetting.Amx => AmxUnit.IsSupported ? new AmxUnit() : throw Missing(setting),
        EngineSetting.Avx2 => Avx2.IsSupported ? new Avx2Unit() : throw Missing(setting),
        _ => AmxUnit.IsSupported ? new AmxUnit() : Avx2.IsSupported && PrecisionChoice.ExactInt8 is null ? new Avx2Unit() : null,
    };

    private static ModelException Missing(EngineSetting setting) => new($"Segmentation:Engine is {setting}, which this processor or system doesn't have. Set it to Auto or OnnxRuntime.");
}
