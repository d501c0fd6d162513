using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Quantization;

public class ChannelScalingTests
{
    private static readonly Dictionary<string, int[]> Scales = new(StringComparer.Ordinal) { ["c1"] = [5, -3, 0, 16], ["c2"] = [1, -20, 7, 2], ["c3"] = [5, -3, 0, 16] };

    [Fact]
    public void The_network_computes_what_it_did_with_channels_that_are_smaller_by_their_factors()
    {
        var exact = AllValues(Small(), Picture());

        var scaled = AllValues(Scaled(Small(), Scales), Picture());

        Near(exact["matte"], scaled["matte"]);
        Near([.. exact["r2"].Select((value, i) => value / ChannelScaling.Factor(Scales["c2"][i / 16]))], scaled["r2"]);
        Near([.. exact["sum"].Select((value, i) => value / ChannelScaling.Factor(Scales["c3"][i / 64]))], scaled["sum"]);
        Assert.NotEqual(exact["r2"], scaled["r2"]);
    }

    [Fact]
    public void A_Conv_in_groups_is_scaled_by_the_channels_that_each_reads()
    {
        var model = Model(
            [Tensor("x", 1, 4, 4, 4)], [Tensor("y", 1, 2, 4, 4)],
            [Conv("x w b", "c", 1), Conv("c v d", "y", 3).With("group", 2)],
            Weights("w", 1, 4, 4, 1, 1), Weights("b", 1, 4), Weights("v", 1, 2, 2, 3, 3), Weights("d", 1, 2));
        float[] x = [.. Enumerable.Range(0, 64).Select(static i => (i * 7 % 16 / 8f) - 1)];

        var scaled = Scaled(model, new() { ["c"] = [4, -8, 3, 11] });

        Near(Values(model, x)["y"], Values(scaled, x)["y"]);
    }

    [Fact]
    public void Convs_that_share_weights_get_their_own_and_nobody_keeps_the_old()
    {
        var model = Model(
            [Tensor("x", 1, 2, 4, 4)], [Tensor("y", 1, 2, 4, 4)], [Conv("x w b", "c1", 1), Conv("c1 w b", "c2", 1), Conv("c2 w b", "y", 1)],
            Weights("w", 1, 2, 2, 1, 1), Weights("b", 1, 2));
        float[] x = [.. Enumerable.Range(0, 32).Select(static i => (i * 7 % 16 / 8f) - 1)];

        var scaled = Scaled(model, new() { ["c1"] = [4, -8], ["c2"] = [-6, 0] });

        Near(Values(model, x)["y"], Values(scaled, x)["y"]);
        Assert.DoesNotContain(scaled.Graph.Initializer, static tensor => tensor.Name is "w" or "b");
    }

    [Fact]
    public void An_8_bit_file_is_made_of_the_scaled_network()
    {
        var (wanted, model) = (Scaled(Small(), Scales), Small());
        var ranges = RangesOn(wanted, Picture());

        Int8Conversion.Apply(wanted, ranges);
        Int8Conversion.Apply(model, ranges with { Scales = new(Scales, StringComparer.Ordinal) });

        Assert.Equal(wanted, model);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 2)]
    [InlineData(-8, 0.25f)]
    [InlineData(1, 1.1892071f)]
    [InlineData(-2, 0.70710677f)]
    [InlineData(7, 3.3635857f)]
    public void A_step_is_a_quarter_of_an_octave(int step, float factor)
    {
        Assert.Equal(factor, ChannelScaling.Factor(step));
        Assert.Equal(step, ChannelScaling.Step(factor * 1.08));
        Assert.Equal(step, ChannelScaling.Step(factor / 1.08));
    }

    [Theory]
    [InlineData(double.Epsilon, -ChannelScaling.Most)]
    [InlineData(double.MaxValue, ChannelScaling.Most)]
    public void Factors_have_bounds(double factor, int step) => Assert.Equal(step, ChannelScaling.Step(factor));

    [Theory]
    [InlineData("c1", 1, 2, 3)]
    [InlineData("c2", 1, 2, 3, 4, 5)]
    [InlineData("c3", 5, -3, 0, 15)]
    public void Scales_of_another_model_are_refused(string conv, params int[] steps)
    {
        var scales = new Dictionary<string, int[]>(Scales, StringComparer.Ordinal) { [conv] = steps };

        Refused(scales, conv);
        scales.Remove(conv);
        Refused(scales, conv);
    }

    private static void Refused(Dictionary<string, int[]> scales, string conv)
    {
        var error = Assert.Throws<ModelException>(() => ChannelScaling.Apply(Small().Graph, scales));

        Assert.Contains($"'{conv}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("models calibrate", error.Message, StringComparison.Ordinal);
    }

    private static ModelProto Scaled(ModelProto model, Dictionary<string, int[]> scales)
    {
        var copy = model.Clone();
        ChannelScaling.Apply(copy.Graph, scales);
        return copy;
    }

    private static void Near(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, Math.Max(1e-5f, Math.Abs(pair.First) * 1e-4f)));
    }
}
