using ClearBg.Segmentation.Quantization;

namespace ClearBg.Tests.Segmentation.Quantization;

public class LogHistogramTests
{
    /// <summary>Values over eight magnitudes and of both signs, in no order.</summary>
    private static readonly float[] Wide = [.. Enumerable.Range(0, 100_000).Select(static i => (float)((i % 3 == 0 ? -0.7 : 1) * Math.Exp((i * 7919 % 100_000 / 5000.0) - 10)))];

    [Theory]
    [InlineData(50)]
    [InlineData(75)]
    [InlineData(90)]
    [InlineData(99)]
    [InlineData(99.9)]
    [InlineData(99.99)]
    [InlineData(100)]
    public void A_percentile_is_that_of_the_sorted_values_within_a_buckets_width(double percentile)
    {
        var histogram = new LogHistogram();
        histogram.Add(Wide.AsSpan(0, 30_000));
        histogram.Add(Wide.AsSpan(30_000));
        var sorted = Wide.Order().ToArray();
        var left = (int)Math.Round(Wide.Length * (100 - percentile) / 100);

        var range = histogram.Range(percentile);

        Assert.Equal(Wide.Length, histogram.Count);
        Near(Math.Max(0, sorted[^(1 + left)]), range.Greatest);
        Near(Math.Min(0, sorted[left]), range.Least);
    }

    [Fact]
    public void No_more_than_the_percentiles_share_is_clipped_at_either_end()
    {
        var histogram = new LogHistogram();
        histogram.Add(Wide);

        var range = histogram.Range(99.9);

        // A bucket is kept whole, and its middle stands for it.
        Assert.InRange(Wide.Count(value => value > range.Greatest * 1.004), 0, 101);
        Assert.InRange(Wide.Count(value => value > range.Greatest * 0.99), 100, Wide.Length);
        Assert.InRange(Wide.Count(value => value < range.Least * 1.004), 0, 101);
        Assert.InRange(Wide.Count(value => value < range.Least * 0.99), 100, Wide.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Fewer_bits_make_wider_buckets(int bits)
    {
        var histogram = new LogHistogram(bits);
        histogram.Add([1, 1.999f, -1e-30f, -3e38f]);

        var width = 1f / (1 << bits);

        Assert.Equal(new(-3e38f, 2 - (width / 2)), histogram.Range(100) with { Least = -3e38f });
        Assert.InRange(histogram.Range(100).Least, -3.4e38f, -2.5e38f);
        Assert.False(histogram.HasNonFinite);
        histogram.Add([float.NegativeInfinity]);
        Assert.True(histogram.HasNonFinite);
    }

    [Fact]
    public void One_outlier_in_ten_thousand_is_left_out_and_costs_no_resolution()
    {
        var histogram = new LogHistogram();
        histogram.Add(Enumerable.Repeat(2f, 9000).Concat(Enumerable.Repeat(-3f, 998)).Append(1e30f).Append(-1e30f).ToArray());

        var range = histogram.Range(99.99);

        Near(2, range.Greatest);
        Near(-3, range.Least);
        Near(1e30f, histogram.Range(100).Greatest);
    }

    [Fact]
    public void Zero_lies_within_every_range()
    {
        var (positive, negative) = (new LogHistogram(), new LogHistogram());
        positive.Add([5, 6, 7]);
        negative.Add([-5, -6, -7]);

        Assert.Equal(0, positive.Range(100).Least);
        Assert.Equal(0, negative.Range(100).Greatest);
        Near(7, positive.Range(100).Greatest);
        Near(-7, negative.Range(100).Least);
    }

    [Fact]
    public void Zeros_of_either_sign_and_no_values_at_all_have_the_range_of_zero()
    {
        var zeros = new LogHistogram();
        zeros.Add([0, -0f, 0]);

        Assert.Equal(new(0, 0), zeros.Range(99.99));
        Assert.Equal(new(0, 0), new LogHistogram().Range(99.99));
    }

    [Fact]
    public void Zeros_count_among_all_values()
    {
        var histogram = new LogHistogram();
        histogram.Add([.. Enumerable.Repeat(0f, 98), 1, 100]);

        Near(1, histogram.Range(99).Greatest);
        Assert.Equal(0, histogram.Range(98).Greatest);
    }

    [Fact]
    public void A_share_that_is_a_whole_number_of_values_is_not_rounded_up()
    {
        var histogram = new LogHistogram();
        histogram.Add([.. Enumerable.Repeat(0f, 9996), 5, 100, -5, -100]);

        var range = histogram.Range(99.99);

        Near(5, range.Greatest);
        Near(-5, range.Least);
    }

    [Theory]
    [InlineData(float.NaN, true)]
    [InlineData(float.PositiveInfinity, true)]
    [InlineData(float.NegativeInfinity, true)]
    [InlineData(float.MaxValue, false)]
    [InlineData(-float.MaxValue, false)]
    [InlineData(0, false)]
    public void Knows_whether_a_value_was_infinite_or_no_number(float value, bool expected)
    {
        var histogram = new LogHistogram();
        histogram.Add([1, value, -1]);

        Assert.Equal(expected, histogram.HasNonFinite);
    }

    private static void Near(float expected, float actual) => Assert.InRange(actual, expected - Math.Abs(expected * 0.008f), expected + Math.Abs(expected * 0.008f));
}
