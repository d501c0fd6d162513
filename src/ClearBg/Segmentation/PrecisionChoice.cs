using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation;

/// <summary>The file that a model is loaded from on this machine.</summary>
/// <param name="Manifest">The model with that file.</param>
/// <param name="Reason">Why, as the end of a sentence.</param>
internal sealed record PrecisionChoice(ModelManifest Manifest, string Reason)
{
    private const string Saturates = "this processor multiplies 8-bit values only with saturation";

    /// <summary>
    /// The instructions that multiply unsigned by signed bytes and add them up in 32 bits; null where the processor has none. Without them ONNX Runtime adds
    /// pairs of products in 16 bits, which saturates and spoils the matte: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html.
    /// </summary>
    public static string? ExactInt8 { get; } =
        AvxVnni.IsSupported ? "AVX-VNNI"
        : Avx512BW.IsSupported && X86Base.CpuId(7, 0).Ecx is var features && (features & (1 << 11)) != 0 ? "AVX-512 VNNI"
        : Dp.IsSupported ? "Arm dot products"
        : null;

    /// <summary>The file to load in its place where ONNX Runtime has to compute it, which would saturate; null where it wouldn't, or where 8 bits are asked for.</summary>
    public ModelManifest? Otherwise { get; private init; }

    /// <summary>One sentence without its end, such as <c>isnet in int8: this processor has AVX-VNNI</c>.</summary>
    public override string ToString() => $"{Manifest.Name} in {(Manifest.Precision == ModelPrecision.Int8 ? "int8" : "float32")}: {Reason}";

    /// <summary>What <paramref name="options"/> and this machine make of a model, with <paramref name="precision"/> in place of the options' where it is given.</summary>
    /// <exception cref="ModelException">8 bits are asked for and the model has no such file.</exception>
    public static PrecisionChoice Of(ModelManifest manifest, SegmentationOptions options, ModelPrecision? precision = null) =>
        Of(manifest, options, ExactInt8, Avx2.IsSupported && options.Engine != EngineSetting.OnnxRuntime, precision);

    /// <summary>What it is instead, where it has no such file or no unit of ClearBg's computes that.</summary>
    /// <param name="manifest"><see cref="Otherwise"/>.</param>
    /// <param name="reason">Which of these, and why.</param>
    public static PrecisionChoice Instead(ModelManifest manifest, string reason) => new(manifest, $"{Saturates}, and the model in 8 bits can't be had otherwise ({reason})");

    /// <param name="manifest">The model.</param>
    /// <param name="options">The settings.</param>
    /// <param name="exactInt8">As <see cref="ExactInt8"/>.</param>
    /// <param name="hasAvx2">Whether ClearBg itself may multiply exactly, on AVX2.</param>
    /// <param name="precision">In place of the settings'.</param>
    internal static PrecisionChoice Of(ModelManifest manifest, SegmentationOptions options, string? exactInt8, bool hasAvx2, ModelPrecision? precision = null)
    {
        var without = manifest.Int8 is null ? "the model has no 8-bit file"
            : options.HasOwnWeightsFor(manifest.Name) ? "Segmentation:Weights is set, and the ranges for 8 bits belong to the published weights"
            : null;
        return (precision ?? options.Precision, without, exactInt8) switch
        {
            (ModelPrecision.Float32, _, _) => new(manifest, "Segmentation:Precision says so"),
            (ModelPrecision.Int8, not null, _) => throw new ModelException($"Segmentation:Precision is Int8, but {without}. Set it to Auto or Float32."),
            (ModelPrecision.Int8, null, _) => new(manifest.InInt8(), "Segmentation:Precision says so"),
            (_, not null, _) => new(manifest, without),
            (_, null, null) when hasAvx2 => new(manifest.InInt8(), "this processor has AVX2") { Otherwise = manifest },
            (_, null, null) => new(manifest, Saturates),
            (_, null, _) => new(manifest.InInt8(), $"this processor has {exactInt8}"),
        };
    }
}
