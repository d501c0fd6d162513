using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Refinement;
using ClearBg.Tests.Imaging;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Segmentation.Refinement;

/// <summary>A disc with spokes like hair on another colour, and a matte that only knows roughly where it is.</summary>
public sealed class MatteRefinementTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Theory]
    [InlineData(nameof(RefinementLevel.Fine), 520, 560, 3, 0.4)]
    [InlineData(nameof(RefinementLevel.Fine), 101, 100, 3, 0.9)]
    [InlineData(nameof(RefinementLevel.Fine), 200, 100, 3, 0.9)]
    [InlineData(nameof(RefinementLevel.Fast), 100, 163, 4, 0.999)]
    [InlineData(nameof(RefinementLevel.Fine), 1500, 1300, 3, 0.4)]
    [InlineData(nameof(RefinementLevel.Fine), 1300, 1500, 4, 0.4)]
    [InlineData(nameof(RefinementLevel.Best), 560, 520, 3, 0.4)]
    [InlineData(nameof(RefinementLevel.Fast), 1500, 1300, 3, 0.999)]
    public void Comes_nearer_to_the_truth_than_the_matte_it_got(string level, int width, int height, int bands, double most)
    {
        using var picture = Picture(width, height, bands);
        using var matte = Blurred(width, height);
        var before = Error(matte);

        Refine(picture, matte, new Box(0, 0, width, height), Enum.Parse<RefinementLevel>(level), side: 500);

        Assert.InRange(Error(matte) / before, 0, most);
    }

    [Fact]
    public void Changes_nothing_away_from_the_edge_nor_outside_of_the_region()
    {
        const int side = 1000;
        using var picture = Picture(side, side, 3);
        using var matte = Blurred(side, side);
        using var before = Blurred(side, side);
        var part = new Box(0, 0, 800, side);

        Refine(picture, matte, part, RefinementLevel.Fine);

        var changed = 0;
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var isDifferent = matte.Row(y)[x] != before.Row(y)[x];
                changed += isDifferent ? 1 : 0;
                var distance = Radius(x, y, side, side) / side;
                Assert.False(isDifferent && (x >= part.Right || distance is < 0.1 or > 0.49), $"{x}, {y}");
            }
        }

        Assert.True(changed > 10_000);
    }

    [Theory]
    [InlineData(nameof(RefinementLevel.None), 600, 600)]
    [InlineData(nameof(RefinementLevel.Fine), 99, 900)]
    [InlineData(nameof(RefinementLevel.Fast), 900, 99)]
    public void Leaves_tiny_pictures_and_whoever_wants_none_alone(string level, int width, int height)
    {
        using var picture = Picture(width, height, 3);
        using var matte = Blurred(width, height);
        using var before = Blurred(width, height);

        Refine(picture, matte, new Box(0, 0, width, height), Enum.Parse<RefinementLevel>(level), side: 500);

        Assert.Equal(before.Samples, matte.Samples);
    }

    [Fact]
    public void Moves_a_matte_less_on_a_picture_that_came_small()
    {
        using var picture = Picture(400, 300, 3);
        using var before = Blurred(400, 300);
        using var preview = Blurred(400, 300);
        using var small = Blurred(400, 300);

        Refine(picture, preview, new Box(0, 0, 400, 300), RefinementLevel.Fine, side: 500);
        Refine(picture, small, new Box(0, 0, 400, 300), RefinementLevel.Fine, side: 499);

        Assert.InRange(Difference(small, before), 1, 0.95 * Difference(preview, before));
    }

    [Theory]
    [InlineData(255)]
    [InlineData(0)]
    public void Keeps_thin_things_and_gaps_that_a_matte_is_sure_of(byte inside)
    {
        // One colour, so that the picture says nothing of a stripe, 5 pixels wide in a matte of sharp lines.
        var outside = 255 - inside;
        using var picture = Pictures.Paint(_pool, 540, 540, 3, static (x, y, _) => 120 + (((x * 7) + (y * 13)) % 5));
        using var matte = Pictures.Paint(_pool, 540, 540, 1, (x, y, _) => y < 150 ? inside : x is >= 300 and < 305 ? inside : outside);

        Refine(picture, matte, new Box(0, 0, 540, 540), RefinementLevel.Fine);

        for (var y = 160; y < 540; y++)
        {
            Assert.InRange(Math.Abs(matte.Row(y)[302] - inside), 0, 120);
            Assert.Equal(outside, matte.Row(y)[310]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(128)]
    [InlineData(255)]
    public void Leaves_a_matte_alone_that_knows_no_edge(byte levelEverywhere)
    {
        using var picture = Picture(600, 600, 3);
        using var matte = new Raster(_pool, 600, 600, 1);
        matte.Samples.Fill(levelEverywhere);

        Refine(picture, matte, new Box(0, 0, 600, 600), RefinementLevel.Fine);

        Assert.Equal(-1, matte.Samples.IndexOfAnyExcept(levelEverywhere));
    }

    [Fact]
    public void Refines_a_subject_of_one_colour_on_the_same_colour_to_something_between_0_and_1()
    {
        using var picture = Pictures.Paint(_pool, 600, 600, 3, static (_, _, _) => 255);
        using var matte = Blurred(600, 600);

        Refine(picture, matte, new Box(0, 0, 600, 600), RefinementLevel.Fine);

        Assert.Equal(255, matte.Row(300)[300]);
        Assert.Equal(0, matte.Row(0)[0]);
    }

    private void Refine(Raster picture, Raster matte, Box part, RefinementLevel level, int? side = null) => new MatteRefinement(_pool, new Resizer(_pool), Options.Create(new SegmentationOptions()))
        .Refine(picture, matte, part, side ?? Math.Min(part.Width, part.Height), level, CancellationToken.None);

    private static double Radius(int x, int y, int width, int height) => Math.Sqrt(Math.Pow(x + 0.5 - (width / 2.0), 2) + Math.Pow(y + 0.5 - (height / 2.0), 2));

    /// <summary>Coverage: a third of the shorter side, and 40 spokes a little longer.</summary>
    private static double Truth(int x, int y, int width, int height)
    {
        var (radius, side) = (Radius(x, y, width, height), Math.Min(width, height));
        var spoke = Math.Cos(40 * Math.Atan2(y - (height / 2.0), x - (width / 2.0))) > 0.3 ? 0.36 : 0.33;
        return Math.Clamp((side * spoke) - radius + 0.5, 0, 1);
    }

    private Raster Picture(int width, int height, int bands) => Pictures.Paint(_pool, width, height, bands, (x, y, band) =>
        band == 3 ? 255 : (Truth(x, y, width, height) * (band == 0 ? 220 : 90)) + ((1 - Truth(x, y, width, height)) * (band == 0 ? 40 : 150)));

    private Raster Blurred(int width, int height) => Pictures.Paint(_pool, width, height, 1, (x, y, _) =>
        255 * Math.Clamp((((Math.Min(width, height) * 0.345) - Radius(x, y, width, height)) / (Math.Min(width, height) * 0.03)) + 0.5, 0, 1));

    private static double Difference(Raster one, Raster other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Samples.Length; i++)
        {
            sum += Math.Abs(one.Samples[i] - other.Samples[i]);
        }

        return sum;
    }

    private static double Error(Raster matte)
    {
        var sum = 0.0;
        for (var y = 0; y < matte.Height; y++)
        {
            for (var x = 0; x < matte.Width; x++)
            {
                sum += Math.Abs((matte.Row(y)[x] / 255.0) - Truth(x, y, matte.Width, matte.Height));
            }
        }

        return sum / (matte.Width * matte.Height);
    }
}
