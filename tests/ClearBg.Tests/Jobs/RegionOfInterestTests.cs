using ClearBg.Imaging;
using ClearBg.Jobs;

namespace ClearBg.Tests.Jobs;

public class RegionOfInterestTests
{
    private static readonly Length None = new(0, false);

    private static Length Px(double value) => new(value, false);

    private static Length Share(double value) => new(value, true);

    /// <summary>Of a picture of 200 × 100.</summary>
    [Theory]
    [InlineData(0, 0, 200, 100, null)]
    [InlineData(0, 0, 1, 1, null)]
    [InlineData(199, 99, 200, 100, null)]
    [InlineData(0, 0, 201, 100, FailureCodeName.RegionExceedsBounds)]
    [InlineData(0, 0, 200, 101, FailureCodeName.RegionExceedsBounds)]
    [InlineData(-1, 0, 200, 100, FailureCodeName.RegionExceedsBounds)]
    [InlineData(0, -1, 200, 100, FailureCodeName.RegionExceedsBounds)]
    [InlineData(300, 0, 400, 100, FailureCodeName.RegionExceedsBounds)]
    [InlineData(250, 0, 10, 100, FailureCodeName.RegionExceedsBounds)]
    [InlineData(0, 0, 1e300, 100, FailureCodeName.RegionExceedsBounds)]
    [InlineData(50, 0, 50, 100, FailureCodeName.RegionEmpty)]
    [InlineData(0, 50, 200, 50, FailureCodeName.RegionEmpty)]
    [InlineData(50, 0, 40, 100, FailureCodeName.RegionEmpty)]
    [InlineData(0, 60, 200, 50, FailureCodeName.RegionEmpty)]
    [InlineData(200, 100, 200, 100, FailureCodeName.RegionEmpty)]
    [InlineData(10.1, 0, 10.4, 100, FailureCodeName.RegionEmpty)]
    public void Lies_in_the_picture_and_holds_a_pixel(double left, double top, double right, double bottom, string? refusal)
    {
        var outcome = RegionOfInterest.Of(new Region(Px(left), Px(top), Px(right), Px(bottom)), 200, 100);

        Assert.Equal(refusal, outcome.Failure?.Code.ToString());
        if (outcome.Succeeded(out var region, out var failure))
        {
            Assert.Equal(new Box((int)left, (int)top, (int)(right - left), (int)(bottom - top)), region.Part);
        }
        else
        {
            Assert.NotEmpty(failure.Detail!);
        }
    }

    [Fact]
    public void Fractions_are_of_the_pictures_sides()
    {
        Assert.True(RegionOfInterest.Of(new Region(Share(0.25), Share(0.1), Share(1), Px(100)), 200, 100).Succeeded(out var region, out _));
        Assert.Equal(new Box(50, 10, 150, 90), region.Part);
        Assert.False(region.IsWhole);
        Assert.Equal(FailureCode.RegionExceedsBounds, RegionOfInterest.Of(new Region(None, None, Share(1.01), Share(1)), 200, 100).Failure?.Code);
    }

    [Fact]
    public void Without_one_it_is_the_whole_picture_at_every_size()
    {
        Assert.True(RegionOfInterest.Of(null, 4_000, 3_000).Succeeded(out var region, out _));

        Assert.True(region.IsWhole);
        Assert.Equal(new Box(0, 0, 577, 433), region.Covering(577, 433));
        Assert.Equal(new Box(0, 0, 577, 433), region.Nearest(577, 433));
    }

    /// <summary>Half a pixel is rounded up: 51 to 75 of 200, 10 to 20 of 100.</summary>
    [Theory]
    [InlineData(100, 50, 25, 5, 13, 5, 26, 5, 12, 5)]
    [InlineData(10, 10, 2, 1, 2, 1, 3, 1, 1, 1)]
    [InlineData(1, 1, 0, 0, 1, 1, 0, 0, 1, 1)]
    [InlineData(400, 200, 102, 20, 48, 20, 102, 20, 48, 20)]
    public void In_a_smaller_copy_it_is_covered_or_rounded(int width, int height, int left, int top, int wide, int high, int x, int y, int w, int h)
    {
        Assert.True(RegionOfInterest.Of(new Region(Px(50.5), Px(10), Px(75), Px(20)), 200, 100).Succeeded(out var region, out _));

        Assert.Equal(new Box(left, top, wide, high), region.Covering(width, height));
        Assert.Equal(new Box(x, y, w, h), region.Nearest(width, height));
    }

    [Fact]
    public void Never_leaves_a_copy_nor_loses_its_last_pixel()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var (width, height, copyWidth, copyHeight) = (random.Next(1, 3_000), random.Next(1, 3_000), random.Next(1, 3_000), random.Next(1, 3_000));
            var (left, top) = (random.Next(width), random.Next(height));
            var corners = new Region(Px(left), Px(top), Px(random.Next(left + 1, width + 1)), Px(random.Next(top + 1, height + 1)));
            Assert.True(RegionOfInterest.Of(corners, width, height).Succeeded(out var region, out _));
            foreach (var box in new[] { region.Covering(copyWidth, copyHeight), region.Nearest(copyWidth, copyHeight) })
            {
                Assert.True(box is { Left: >= 0, Top: >= 0, Width: >= 1, Height: >= 1 } && box.Right <= copyWidth && box.Bottom <= copyHeight, $"{region} {box}");
            }
        }
    }

    /// <summary>Names for test data: the enumeration itself is internal.</summary>
    private static class FailureCodeName
    {
        public const string RegionExceedsBounds = nameof(FailureCode.RegionExceedsBounds);
        public const string RegionEmpty = nameof(FailureCode.RegionEmpty);
    }
}
