using ClearBg.Segmentation.Quantization;

namespace ClearBg.Tests.Segmentation.Quantization;

public class ActivationRangeTests
{
    [Theory]
    [InlineData(0, 255, 1, 0)]
    [InlineData(-255, 0, 1, 255)]
    [InlineData(-1, 1, 2 / 255f, 127)]
    [InlineData(-0.5f, 0.49609375f, 0.99609375f / 255, 128)]
    [InlineData(-1, 254, 1, 1)]
    [InlineData(0, 1e-30f, 1e-30f / 255, 0)]
    [InlineData(-3e38f, 1e30f, 3e38f / 255, 255)]
    public void Gives_255_steps_from_end_to_end_with_zero_on_one_of_them(float least, float greatest, float scale, byte zero)
    {
        var range = new ActivationRange(least, greatest);

        Assert.Equal(scale, range.Scale, scale * 1e-6f);
        Assert.Equal(zero, range.ZeroPoint);
    }

    [Fact]
    public void The_ends_are_at_most_half_a_step_off()
    {
        for (var i = 0; i <= 1000; i++)
        {
            var range = new ActivationRange(-i / 997f, (1000 - i) / 997f);

            Assert.InRange(Math.Abs((-range.ZeroPoint * range.Scale) - range.Least), 0, range.Scale * 0.501f);
            Assert.InRange(Math.Abs(((255 - range.ZeroPoint) * range.Scale) - range.Greatest), 0, range.Scale * 0.501f);
        }
    }

    [Fact]
    public void Two_ranges_together_reach_as_far_as_either()
    {
        Assert.Equal(new(-2, 5), new ActivationRange(-2, 1).Including(new(-1, 5)));
        Assert.Equal(new(-2, 5), new ActivationRange(-1, 5).Including(new(-2, 1)));
    }
}
