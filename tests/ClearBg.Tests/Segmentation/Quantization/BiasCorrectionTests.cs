using System.Runtime.InteropServices;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using Google.Protobuf;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Quantization;

public sealed class BiasCorrectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Takes_back_what_rounded_weights_add_on_average()
    {
        // Two outputs of two inputs with kernels of two. The first: (0.5 − 0.4) · 3 + (−0.5 + 0.6) · 10 = 26 units of 0.5 · 0.1; the second: −0.005 · 10 = −2 units of 0.25 · 0.1.
        var quantized = new QuantizedConv([1, 2, 0, -1, 4, 0, 0, 0], [0.5f, 0.25f]);

        var corrections = BiasCorrection.Of([0.4f, 1, 0, -0.6f, 1, 0, 0.005f, 0], quantized, inputScale: 0.1f, [3, 10]);

        Assert.Equal([-26, 2], corrections);
    }

    [Fact]
    public void Outputs_of_a_group_see_the_means_of_its_inputs()
    {
        var quantized = new QuantizedConv([1, 1, 1, 1], [1, 1, 1, 1]);

        var corrections = BiasCorrection.Of([0.5f, 0.75f, 0.5f, 0.75f], quantized, inputScale: 1, [8, -16], groups: 2);

        Assert.Equal([-4, -2, 8, 4], corrections);
    }

    [Fact]
    public void Is_nothing_for_weights_that_are_exact()
    {
        float[] weights = [127, -3, 0, 64];

        Assert.Equal([0, 0], BiasCorrection.Of(weights, QuantizedConv.Of([.. weights[..2], 0, 127], 2) with { Weights = [127, -3, 0, 64] }, 0.01f, [5, 9]));
    }

    [Fact]
    public void A_Convs_output_stays_what_it_was_on_average()
    {
        // A picture of one colour: each pixel is the mean. Its levels are exact, and a level of the bias is 1.9e-4 at most.
        var ranges = Measure(OneConv(), [.. Enumerable.Repeat(0.5f, 64), .. Enumerable.Repeat(-0.25f, 64), .. Enumerable.Repeat(0.75f, 64)], out var picture);
        var exact = AllValues(OneConv(), picture)["c"];

        var (plain, corrected) = (Bias(ranges with { Biases = null }, picture, exact), Bias(ranges, picture, exact));

        Assert.True(plain > 2e-3, $"{plain}");
        Assert.True(corrected < 2e-4, $"{corrected}");
    }

    [Fact]
    public void A_file_has_an_array_a_line_and_gives_the_corrections_back()
    {
        var ranges = Ranges(("x", -1, 1)) with { Biases = new(StringComparer.Ordinal) { ["c"] = [1, -2, 300] } };

        var json = ranges.ToJson();
        var read = ActivationRanges.Read(_folder.Write("ranges.json", System.Text.Encoding.UTF8.GetBytes(json)));

        Assert.Contains("\"c\": [1, -2, 300]", json, StringComparison.Ordinal);
        Assert.Equal([1, -2, 300], read.CorrectionsOf("c", 3).ToArray());
        Assert.DoesNotContain("biases", Ranges(("x", -1, 1)).ToJson(), StringComparison.Ordinal);
        Assert.True(Ranges(("x", -1, 1)).CorrectionsOf("c", 3).IsEmpty);
    }

    [Theory]
    [InlineData("d", 3)]
    [InlineData("c", 2)]
    public void Corrections_of_another_model_are_refused(string output, int channels)
    {
        var ranges = Ranges(("x", -1, 1)) with { Biases = new(StringComparer.Ordinal) { ["c"] = [1, -2, 300] } };

        var error = Assert.Throws<ModelException>(() => ranges.CorrectionsOf(output, channels).ToArray());

        Assert.Contains($"'{output}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("models calibrate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_Convs_with_integers_are_measured_and_no_other()
    {
        var ranges = Measure(Small(), Picture(), out _);

        // The last Conv's output makes the matte and stays float.
        Assert.Equal("c1 c2 c3", string.Join(' ', ranges.Biases!.Keys));
        Assert.All(ranges.Biases.Values, static corrections => Assert.Equal(4, corrections.Length));
    }

    /// <summary>Three outputs of three inputs, read by a second Conv.</summary>
    private static ModelProto OneConv() => Model(
        [Tensor("picture", 1, 3, 8, 8)], [Tensor("matte", 1, 1, 8, 8)],
        [Conv("picture w b", "c", 1), Conv("c v a", "matte", 1)],
        TensorProto.Of("w", [1f, 0.1437f, -0.3338f, 2, -0.5591f, 0.7009f, 3, 0.6023f, 1.1899f], 3, 3, 1, 1), TensorProto.Of("b", [0.1f, 0, -0.2f], 3),
        TensorProto.Of("v", [1f, 1, 1], 1, 3, 1, 1), TensorProto.Of("a", [0f], 1));

    /// <summary>The largest difference of c from what it should be, before c is rounded itself.</summary>
    private static float Bias(ActivationRanges ranges, float[] picture, float[] exact)
    {
        var model = OneConv();
        Int8Conversion.Apply(model, ranges);
        model.Graph.Output.Add(new ValueInfoProto { Name = "c" });
        return Values(model, picture)["c"].Zip(exact, static (value, wanted) => Math.Abs(value - wanted)).Max();
    }

    private ActivationRanges Measure(ModelProto model, float[] values, out float[] picture)
    {
        // (v − 127.5) / 127.5 has levels of 2/255; those of the picture are taken from them.
        var scale = 2 / 255f;
        picture = [.. values.Select(value => MathF.Round(value / scale) * scale)];
        float[] middle = [127.5f, 127.5f, 127.5f];
        var manifest = new ModelManifest(
            "net", "Net", "MIT", "net.onnx", 1, new string('0', 64), new("picture", 8, 8, middle, middle, ModelResize.Squash), new("matte", ModelActivation.None));
        using var pool = new BufferPool(0);
        using var tensor = new PictureTensor(pool.Rent(picture.Length * sizeof(float)), new Box(0, 0, 8, 8));
        picture.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.Values.Bytes));
        using var calibration = new Calibration(manifest, _folder.Write("net.onnx", model.ToByteArray()), 1);
        calibration.Add(tensor);
        return calibration.Ranges();
    }
}
