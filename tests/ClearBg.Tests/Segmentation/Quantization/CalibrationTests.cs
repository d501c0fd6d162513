using System.Runtime.InteropServices;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using Google.Protobuf;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Quantization;

public sealed class CalibrationTests : IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _folder.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Measures_over_all_pictures_and_leaves_out_the_outermost_value()
    {
        using var calibration = new Calibration(Manifest([128, 128, 128], [256, 256, 256]), Save(), 1);

        Add(calibration, 1, 4, 2, -3, 0, 0);
        Add(calibration, 3, 1, 1, 5, 0, -1);

        var ranges = calibration.Ranges();

        // c is 2 · red; 12 values, of which the percentile leaves one out at each end. Buckets of 2⁻⁷ stand for their middles.
        Assert.Equal((2, Calibration.Percentile), (ranges.Pictures, ranges.Percentile));
        Assert.Equal("c r sum x", string.Join(' ', ranges.Ranges.Keys));
        Assert.Equal([-2 * (1 + (1f / 256)), 8 * (1 + (1f / 256))], ranges.Ranges["c"]);
        Assert.Equal([0, 8 * (1 + (1f / 256))], ranges.Ranges["r"]);
        Assert.Equal([-0.5f, 127 / 256f], ranges.Ranges["x"]);
    }

    [Theory]
    [InlineData(0, 255, 0, 1)]
    [InlineData(255, 255, -1, 0)]
    [InlineData(100, -50, -3.1f, 2)]
    [InlineData(300, 100, -3, 0)]
    public void The_inputs_range_is_that_of_black_and_white(float mean, float std, float least, float greatest)
    {
        using var calibration = new Calibration(Manifest([mean, mean, mean], [std, std, std]), Save(), 1);

        Assert.Equal([least, greatest], calibration.Ranges().Ranges["x"]);
    }

    [Fact]
    public void The_inputs_range_holds_all_of_its_channels()
    {
        using var calibration = new Calibration(Manifest([0, 128, 255], [255, 64, 510]), Save(), 1);

        Assert.Equal([-2, 127 / 64f], calibration.Ranges().Ranges["x"]);
    }

    [Fact]
    public void What_it_measures_is_what_the_conversion_needs()
    {
        var path = _folder.Write("small.onnx", Small().ToByteArray());
        using var calibration = new Calibration(Manifest([128, 128, 128], [128, 128, 128]) with { Input = new("picture", 8, 8, [128, 128, 128], [128, 128, 128], ModelResize.Squash) }, path, 1);
        Add(calibration, Picture());

        var (model, exact) = (Small(), RangesOn(Small(), Picture()));
        var ranges = calibration.Ranges();
        Int8Conversion.Apply(model, ranges);

        Assert.Equal(exact.Ranges.Keys, ranges.Ranges.Keys);
        Assert.All(exact.Ranges.Where(static range => range.Key != "picture"), range => Assert.InRange(ranges.Of(range.Key).Greatest, 0.7f * range.Value[1], 1.004f * range.Value[1]));
    }

    [Fact]
    public void With_scales_it_measures_the_scaled_model()
    {
        SortedDictionary<string, int[]> scales = new(StringComparer.Ordinal) { ["c1"] = [4, -8, 0, 12], ["c2"] = [2, 3, 5, -7], ["c3"] = [4, -8, 0, 12] };
        var scaled = Small();
        ChannelScaling.Apply(scaled.Graph, scales);

        var (actual, expected) = (Ranges(Small(), scales), Ranges(scaled, null));

        Assert.Equal(scales, actual.Scales);
        Assert.Equal(expected.Ranges, actual.Ranges);
        Assert.Equal(expected.Biases, actual.Biases);
        Assert.NotEqual(Ranges(Small(), null).Biases, actual.Biases);

        ActivationRanges Ranges(ModelProto model, SortedDictionary<string, int[]>? scales)
        {
            var manifest = Manifest([128, 128, 128], [128, 128, 128]) with { Input = new("picture", 8, 8, [128, 128, 128], [128, 128, 128], ModelResize.Squash) };
            using var calibration = new Calibration(manifest, _folder.Write("small.onnx", model.ToByteArray()), 1, scales);
            Add(calibration, Picture());
            return calibration.Ranges();
        }
    }

    [Fact]
    public void Nodes_out_of_order_are_refused()
    {
        var model = Net();
        model.Graph.Node.Insert(0, Node("Relu", "c", "early"));
        var path = _folder.Write("net.onnx", model.ToByteArray());

        var error = Assert.Throws<ModelException>(() => new Calibration(Manifest([0, 0, 0], [1, 1, 1]), path, 1));

        Assert.Equal("The node 'Relu/early' reads 'c', which nothing before it makes: the model's nodes are not in order.", error.Message);
    }

    [Theory]
    [InlineData("w")]
    [InlineData("b")]
    public void A_Conv_without_constant_weights_and_bias_is_refused_before_a_picture_is_measured(string computed)
    {
        var model = Net();
        model.Graph.Initializer.Single(tensor => tensor.Name == computed).Name = "stored";
        model.Graph.Node.Insert(0, Node("Identity", "stored", computed));
        var path = _folder.Write("net.onnx", model.ToByteArray());

        var error = Assert.Throws<ModelException>(() => new Calibration(Manifest([0, 0, 0], [1, 1, 1]), path, 1));

        Assert.Equal("The Conv 'Conv/c' has no constant weights and bias, so its weights cannot be quantized.", error.Message);
    }

    [Fact]
    public void A_model_that_ONNX_Runtime_does_not_load_is_named()
    {
        var model = Net();
        model.Graph.Node.Add(Node("Unheard", "y", "z"));
        var path = _folder.Write("net.onnx", model.ToByteArray());

        var error = Assert.Throws<ModelException>(() => new Calibration(Manifest([0, 0, 0], [1, 1, 1]), path, 1));

        Assert.StartsWith($"ONNX Runtime can't load model 'net' from {path} for measuring: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_ONNX_Runtime_does_not_run_is_named()
    {
        using var calibration = new Calibration(Manifest([0, 0, 0], [1, 1, 1]) with { Input = new("other", 3, 2, [0, 0, 0], [1, 1, 1], ModelResize.Squash) }, Save(), 1);

        var error = Assert.Throws<ModelException>(() => Add(calibration, 1));

        Assert.StartsWith("ONNX Runtime can't run model 'net' for measuring: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.MaxValue)]
    public void A_tensor_with_values_that_are_not_finite_has_no_range_and_is_named(float value)
    {
        using var calibration = new Calibration(Manifest([0, 0, 0], [1, 1, 1]), Save(), 1);
        Add(calibration, 1, value);

        var error = Assert.Throws<ModelException>(() => calibration.Ranges());

        Assert.StartsWith("The tensor 'c' of model 'net' held values that are infinite or no numbers", error.Message, StringComparison.Ordinal);
    }

    private static ModelManifest Manifest(float[] mean, float[] std) => new(
        "net", "Net", "MIT", "net.onnx", 1, new string('0', 64), new("x", 3, 2, mean, std, ModelResize.Squash), new("y", ModelActivation.None));

    /// <summary>c = 2 · red, r = max(0, c), sum = c + r, y = sum.</summary>
    private static ModelProto Net() => Model(
        [Tensor("x", 1, 3, 2, 3)], [Tensor("y", 1, 1, 2, 3)],
        [Conv("x w b", "c", 1), Node("Relu", "c", "r"), Node("Add", "c r", "sum"), Conv("sum one b", "y", 1)],
        TensorProto.Of("w", [2f, 0, 0], 1, 3, 1, 1), TensorProto.Of("b", [0f], 1), TensorProto.Of("one", [1f], 1, 1, 1, 1));

    private string Save() => _folder.Write("net.onnx", Net().ToByteArray());

    /// <summary>Adds a picture by the values of its red channel, or of all.</summary>
    private void Add(Calibration calibration, params float[] values)
    {
        using var tensor = new PictureTensor(_pool.Rent(Math.Max(values.Length, 18) * sizeof(float)), new Box(0, 0, 3, 2));
        tensor.Values.Bytes.Clear();
        values.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.Values.Bytes));
        calibration.Add(tensor);
    }
}
