using ClearBg.Segmentation.Quantization;

namespace ClearBg.Tests.Segmentation.Quantization;

public class QuantizedConvTests
{
    [Fact]
    public void Each_channels_largest_weight_is_127_or_minus_127_and_the_others_the_nearest_level()
    {
        var conv = QuantizedConv.Of([127, 1.4f, -1.6f, 0, 0.5f, -1.27f, 0.0149f, -0.0151f], outputs: 2);

        Assert.Equal([127, 1, -2, 0, 50, -127, 1, -2], conv.Weights);
        Assert.Equal([1, 0.01f], conv.Scales);
    }

    [Fact]
    public void No_weight_is_further_from_its_level_than_half_a_level()
    {
        float[] weights = [.. Enumerable.Range(0, 300).Select(static i => MathF.Sin(i) * (1 + (i / 100)) * 0.037f)];

        var conv = QuantizedConv.Of(weights, outputs: 3);

        Assert.All(Enumerable.Range(0, 300), i => Assert.InRange(Math.Abs((conv.Weights[i] * conv.Scales[i / 100]) - weights[i]), 0, conv.Scales[i / 100] * 0.5001f));
        Assert.DoesNotContain(sbyte.MinValue, conv.Weights);
    }

    [Fact]
    public void A_channel_of_zeros_stays_zero_beside_others()
    {
        var conv = QuantizedConv.Of([0, 0, 2, -1], outputs: 2);

        Assert.Equal([0, 0, 127, -64], conv.Weights);
        Assert.All(conv.Scales, static scale => Assert.True(scale > 0 && float.IsFinite(scale)));
    }

    [Fact]
    public void A_bias_is_counted_in_products_of_a_weights_and_an_inputs_level()
    {
        var (levels, scales) = new QuantizedConv([], [0.5f, 0.25f, 2]).Bias([3, -1.1f, 0], inputScale: 0.125f);

        Assert.Equal([0.0625f, 0.03125f, 0.25f], scales);
        Assert.Equal([48, -35, 0], levels);
    }

    [Fact]
    public void A_channel_without_weights_keeps_its_bias()
    {
        var (levels, scales) = QuantizedConv.Of([0, 0], outputs: 1).Bias([12.5f], inputScale: 1 / 255f);

        Assert.Equal(12.5, levels[0] * (double)scales[0], 1e-3);
    }

    [Fact]
    public void A_bias_beyond_32_bits_is_as_much_as_they_hold()
    {
        var (levels, _) = new QuantizedConv([], [1e-6f, 1e-6f]).Bias([1e6f, -1e6f], inputScale: 1e-3f);

        Assert.Equal([int.MaxValue, int.MinValue], levels);
    }
}
