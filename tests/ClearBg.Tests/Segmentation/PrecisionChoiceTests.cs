using System.Runtime.Intrinsics.X86;
using ClearBg.Segmentation;

namespace ClearBg.Tests.Segmentation;

public class PrecisionChoiceTests
{
    private const string NoFile = "the model has no 8-bit file";
    private const string Own = "Segmentation:Weights is set, and the ranges for 8 bits belong to the published weights";
    private const string Saturates = "this processor multiplies 8-bit values only with saturation";
    private const string Said = "Segmentation:Precision says so";
    private const string Has = "this processor has AVX-VNNI";
    private const string HasAvx2 = "this processor has AVX2";

    private static readonly ModelManifest Model = new(
        "tiny", "Tiny", "MIT", "tiny.onnx", 1000, new string('a', 64), new("x", 2, 1, [0, 0, 0], [1, 1, 1], ModelResize.Squash), new("y", ModelActivation.None));

    private static readonly ModelQuantization Int8 = new("tiny-int8.onnx", 300, new string('b', 64), "ranges.json");

    /// <summary>A plus for what there is: an 8-bit file, weights of one's own, a processor on which ONNX Runtime multiplies exactly; 2 for one where ClearBg does, with AVX2.</summary>
    [Theory]
    [InlineData(ModelPrecision.Auto, "- - -", "float32", NoFile)]
    [InlineData(ModelPrecision.Auto, "- - +", "float32", NoFile)]
    [InlineData(ModelPrecision.Auto, "- + -", "float32", NoFile)]
    [InlineData(ModelPrecision.Auto, "- + +", "float32", NoFile)]
    [InlineData(ModelPrecision.Auto, "+ - -", "float32", Saturates)]
    [InlineData(ModelPrecision.Auto, "+ - +", "int8", Has)]
    [InlineData(ModelPrecision.Auto, "+ - 2", "int8", HasAvx2)]
    [InlineData(ModelPrecision.Auto, "+ + 2", "float32", Own)]
    [InlineData(ModelPrecision.Auto, "- - 2", "float32", NoFile)]
    [InlineData(ModelPrecision.Int8, "+ - 2", "int8", Said)]
    [InlineData(ModelPrecision.Float32, "+ - 2", "float32", Said)]
    [InlineData(ModelPrecision.Auto, "+ + -", "float32", Own)]
    [InlineData(ModelPrecision.Auto, "+ + +", "float32", Own)]
    [InlineData(ModelPrecision.Int8, "- - -", "error", NoFile)]
    [InlineData(ModelPrecision.Int8, "- - +", "error", NoFile)]
    [InlineData(ModelPrecision.Int8, "- + -", "error", NoFile)]
    [InlineData(ModelPrecision.Int8, "- + +", "error", NoFile)]
    [InlineData(ModelPrecision.Int8, "+ - -", "int8", Said)]
    [InlineData(ModelPrecision.Int8, "+ - +", "int8", Said)]
    [InlineData(ModelPrecision.Int8, "+ + -", "error", Own)]
    [InlineData(ModelPrecision.Int8, "+ + +", "error", Own)]
    [InlineData(ModelPrecision.Float32, "- - -", "float32", Said)]
    [InlineData(ModelPrecision.Float32, "- - +", "float32", Said)]
    [InlineData(ModelPrecision.Float32, "- + -", "float32", Said)]
    [InlineData(ModelPrecision.Float32, "- + +", "float32", Said)]
    [InlineData(ModelPrecision.Float32, "+ - -", "float32", Said)]
    [InlineData(ModelPrecision.Float32, "+ - +", "float32", Said)]
    [InlineData(ModelPrecision.Float32, "+ + -", "float32", Said)]
    [InlineData(ModelPrecision.Float32, "+ + +", "float32", Said)]
    internal void The_file_and_the_reason_follow_from_settings_model_and_processor(ModelPrecision precision, string there, string expected, string reason)
    {
        var manifest = Model with { Int8 = there[0] == '+' ? Int8 : null };
        var options = new SegmentationOptions { Model = "tiny", Precision = precision, Weights = there[2] == '+' ? "own.onnx" : null };
        var processor = there[4] == '+' ? "AVX-VNNI" : null;

        if (expected == "error")
        {
            var error = Assert.Throws<ModelException>(() => PrecisionChoice.Of(manifest, options, processor, there[4] == '2'));
            Assert.Equal($"Segmentation:Precision is Int8, but {reason}. Set it to Auto or Float32.", error.Message);
            return;
        }

        var choice = PrecisionChoice.Of(manifest, options, processor, there[4] == '2');
        Assert.Equal(expected == "int8" ? manifest.InInt8() : manifest, choice.Manifest);
        Assert.Equal($"tiny in {expected}: {reason}", choice.ToString());
        Assert.Equal(reason is HasAvx2 ? manifest : null, choice.Otherwise);
    }

    [Fact]
    public void Weights_of_ones_own_concern_only_the_configured_model()
    {
        var options = new SegmentationOptions { Model = "other", Weights = "own.onnx" };

        Assert.Equal(ModelPrecision.Int8, PrecisionChoice.Of(Model with { Int8 = Int8 }, options, "AVX-VNNI", hasAvx2: true).Manifest.Precision);
    }

    [Fact]
    public void A_precision_that_is_asked_for_goes_before_the_settings_and_leaves_them_alone()
    {
        var options = new SegmentationOptions { Model = "tiny", Precision = ModelPrecision.Float32 };

        Assert.Equal(ModelPrecision.Int8, PrecisionChoice.Of(Model with { Int8 = Int8 }, options, ModelPrecision.Int8).Manifest.Precision);
        Assert.Equal(ModelPrecision.Float32, options.Precision);
    }

    [Fact]
    public void This_machines_processor_decides_where_nothing_else_is_said()
    {
        foreach (var engine in (EngineSetting[])[EngineSetting.Auto, EngineSetting.OnnxRuntime])
        {
            var choice = PrecisionChoice.Of(Model with { Int8 = Int8 }, new SegmentationOptions { Model = "tiny", Engine = engine });

            var exact = PrecisionChoice.ExactInt8 ?? (Avx2.IsSupported && engine is EngineSetting.Auto ? "AVX2" : null);
            Assert.Equal(exact is null ? ModelPrecision.Float32 : ModelPrecision.Int8, choice.Manifest.Precision);
            Assert.EndsWith(exact ?? Saturates, choice.Reason, StringComparison.Ordinal);
        }
    }
}
