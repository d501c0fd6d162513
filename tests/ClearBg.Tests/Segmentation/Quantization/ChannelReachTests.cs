using System.Runtime.InteropServices;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using Google.Protobuf;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Quantization;

public sealed class ChannelReachTests : IDisposable
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
    public void Channels_of_very_different_reach_come_to_reach_alike_and_cost_less_in_8_bits()
    {
        // The second channel is a hundredth of the first, and read with weights a hundred times as large.
        var model = Uneven(0.01f, 100);
        var exact = Values(model, Picture())["y"];

        var scales = Scales(model);
        var (plain, scaled) = (Error(model, null), Error(model, scales));

        // 100^0.9 · 100^0.1 is 26.6 quarters of an octave.
        Assert.Equal("c", Assert.Single(scales.Keys));
        Assert.InRange(scales["c"][0] - scales["c"][1], 26, 27);
        Assert.True(scaled < plain / 5, $"{scaled} {plain}");

        double Error(ModelProto float32, SortedDictionary<string, int[]>? by)
        {
            var (measured, converted) = (float32.Clone(), float32.Clone());
            ChannelScaling.Apply(measured.Graph, by ?? new(StringComparer.Ordinal) { ["c"] = [0, 0, 0] });
            Int8Conversion.Apply(converted, RangesOn(measured, Picture()) with { Scales = by });
            return exact.Zip(Values(converted, Picture())["y"], static (one, other) => Math.Abs(one - other)).Average();
        }
    }

    [Fact]
    public void A_channel_that_never_speaks_is_scaled_as_its_neighbours()
    {
        var model = Uneven(0.01f, 100);

        var steps = Scales(model)["c"];

        // The third has no weights and a bias below 0.
        Assert.Equal(Math.Round((steps[0] + steps[1]) / 2.0), steps[2]);
    }

    [Fact]
    public void A_channel_that_hardly_speaks_keeps_within_six_octaves_of_the_mean()
    {
        var steps = Scales(Uneven(1e-12f, 1))["c"];

        Assert.Equal((24, 24), (steps[0] - steps[2], steps[2] - steps[1]));
    }

    [Fact]
    public void Channels_that_must_be_scaled_together_are()
    {
        var scales = Scales(Small());

        Assert.Equal("c1 c2 c3", string.Join(' ', scales.Keys));
        Assert.Equal(scales["c1"], scales["c3"]);
        ChannelScaling.Apply(Small().Graph, scales);
    }

    [Fact]
    public void A_tensor_with_values_that_are_not_finite_is_named()
    {
        var error = Assert.Throws<ModelException>(() => Scales(Uneven(float.PositiveInfinity, 1)));

        Assert.StartsWith("The tensor 'r' of model 'net' held values that are infinite or no numbers", error.Message, StringComparison.Ordinal);
    }

    /// <summary>r = max(0, c) of three channels of a picture: red, another colour made smaller, and none; y adds them up.</summary>
    private static ModelProto Uneven(float small, float weight) => Model(
        [Tensor("picture", 1, 3, 8, 8)], [Tensor("y", 1, 1, 8, 8)],
        [Conv("picture w b", "c", 1), Node("Relu", "c", "r"), Conv("r v d", "y", 1)],
        TensorProto.Of("w", [1f, 0, 0, 0, small, 0, 0, 0, 0], 3, 3, 1, 1), TensorProto.Of("b", [0f, 0, -1], 3),
        TensorProto.Of("v", [1f, weight, 1], 1, 3, 1, 1), TensorProto.Of("d", [0f], 1));

    private SortedDictionary<string, int[]> Scales(ModelProto model)
    {
        float[] middle = [128, 128, 128];
        var manifest = new ModelManifest("net", "Net", "MIT", "net.onnx", 1, new string('0', 64), new("picture", 8, 8, middle, middle, ModelResize.Squash), new("y", ModelActivation.None));
        using var reach = new ChannelReach(manifest, _folder.Write("net.onnx", model.ToByteArray()), 1);
        using var tensor = new PictureTensor(_pool.Rent(3 * 8 * 8 * sizeof(float)), new Box(0, 0, 8, 8));
        Picture().CopyTo(MemoryMarshal.Cast<byte, float>(tensor.Values.Bytes));
        reach.Add(tensor);
        return reach.Scales();
    }
}
