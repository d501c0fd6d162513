using ClearBg.Imaging;
using ClearBg.Segmentation.Refinement;

namespace ClearBg.Tests.Segmentation.Refinement;

public sealed class BandTests : IDisposable
{
    private const int Width = 100;
    private const int Height = 40;

    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>An edge across the picture of so many soft columns: the wider it is, the more is unknown beside it, up to a most.</summary>
    [Theory]
    [InlineData(0, 3, 5)]
    [InlineData(2, 4, 8)]
    [InlineData(10, 26, 34)]
    [InlineData(30, 76, 82)]
    public void Widens_what_is_soft_by_how_soft_it_is(int soft, int least, int most)
    {
        using var matte = Edge(soft);
        using var band = new Band(_pool, matte);

        Assert.InRange(band.Row(Height / 2).Count((byte)1), least, most);
        Assert.Equal(soft * Height, band.Soft);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Is_empty_where_a_matte_says_the_same_everywhere(float level)
    {
        using var matte = new MarginPlane(_pool, Width, Height);
        matte.Samples.Fill(level);
        using var band = new Band(_pool, matte);

        Assert.True(band.IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Gives_runs_that_hold_all_of_it_and_its_neighbours(int reach)
    {
        using var matte = Edge(5);
        using var band = new Band(_pool, matte);

        var runs = band.Runs(matte, reach);

        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var index = matte.IndexOf(y) + x;
                var isNear = band.Row(y)[Math.Max(0, x - reach)..Math.Min(Width, x + reach + 1)].Contains((byte)1);
                Assert.True(!isNear || runs.Exists(run => run.Y == y && index >= run.Start && index < run.Start + run.Length), $"{x}, {y}");
            }
        }

        Assert.All(runs, static run => Assert.Equal(0, run.Start % MarginPlane.Block));
        Assert.True(runs.Sum(static run => run.Length) < Width * Height / 2, "All of the picture would hold the band too.");
    }

    private MarginPlane Edge(int soft)
    {
        var matte = new MarginPlane(_pool, Width, Height);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                matte.Row(y)[x] = x < (Width - soft) / 2 ? 0 : x < ((Width - soft) / 2) + soft ? 0.5f : 1;
            }
        }

        return matte;
    }
}
