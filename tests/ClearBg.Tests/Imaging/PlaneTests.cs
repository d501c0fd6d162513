using ClearBg.Imaging;

namespace ClearBg.Tests.Imaging;

public sealed class PlaneTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 1, 1, 1 }, { 1, 1, 9, 5 }, { 2, 2, 1, 1 }, { 3, 1, 7, 1 }, { 1, 5, 1, 2 }, { 8, 8, 8, 8 }, { 8, 6, 100, 75 }, { 100, 75, 8, 6 }, { 100, 75, 99, 76 },
        { 64, 64, 1, 1 }, { 4, 4, 3, 200 }, { 5, 300, 200, 2 }, { 64, 64, 160, 130 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Agrees_with_a_plain_reference_in_double_precision(int width, int height, int toWidth, int toHeight)
    {
        using var plane = Noise(width, height);
        using var target = new Raster(_pool, toWidth, toHeight, 1);

        plane.ResampleTo(0, 0, width, height, target);

        Assert.InRange(GreatestError(plane, 0, 0, width, height, target), 0, 1);
    }

    [Theory]
    [InlineData(0, 16, 64, 32, 128, 64)]
    [InlineData(0, 16, 64, 32, 40, 20)]
    [InlineData(10.5, 0, 43, 64, 86, 128)]
    [InlineData(10.25, 3.75, 41.5, 20.5, 90, 60)]
    [InlineData(31, 31, 1, 1, 50, 50)]
    [InlineData(31, 31, 2, 2, 1, 1)]
    public void Agrees_with_it_on_parts_too(double left, double top, double width, double height, int toWidth, int toHeight)
    {
        using var plane = Noise(64, 64);
        using var target = new Raster(_pool, toWidth, toHeight, 1);

        plane.ResampleTo(left, top, width, height, target);

        Assert.InRange(GreatestError(plane, left, top, width, height, target), 0, 1);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_flat_plane_stays_flat(int width, int height, int toWidth, int toHeight)
    {
        using var plane = new Plane(_pool, width, height);
        plane.Samples.Fill(100 / 255f);
        using var target = new Raster(_pool, toWidth, toHeight, 1);

        plane.ResampleTo(0, 0, width, height, target);

        Assert.False(target.Samples.ContainsAnyExcept((byte)100));
    }

    [Fact]
    public void A_ramp_stays_a_ramp_away_from_the_border()
    {
        using var plane = new Plane(_pool, 256, 4);
        for (var i = 0; i < plane.Samples.Length; i++)
        {
            plane.Samples[i] = (i % 256) / 255f;
        }

        foreach (var width in new[] { 64, 128, 256, 512, 1000 })
        {
            using var target = new Raster(_pool, width, 3, 1);
            plane.ResampleTo(0, 0, 256, 4, target);
            for (var x = 0; x < width; x++)
            {
                var exact = ((x + 0.5) * 256 / width) - 0.5;
                if (exact is > 8 and < 247)
                {
                    Assert.InRange(target.Row(1)[x], exact - 0.51, exact + 0.51);
                }
            }
        }
    }

    /// <summary>Beside a letterboxed picture lies padding, of which the model says whatever it likes: a subject that touches the picture's edge must stay whole there.</summary>
    [Theory]
    [InlineData(64, 64)]
    [InlineData(300, 200)]
    [InlineData(7, 9)]
    public void What_lies_outside_the_used_part_does_not_bleed_in(int toWidth, int toHeight)
    {
        using var plane = new Plane(_pool, 64, 64);
        for (var i = 0; i < plane.Samples.Length; i++)
        {
            plane.Samples[i] = i / 64 is >= 16 and < 48 ? 1 : 0;
        }

        using var target = new Raster(_pool, toWidth, toHeight, 1);
        plane.ResampleTo(0, 16, 64, 32, target);

        Assert.False(target.Samples.ContainsAnyExcept((byte)255));
    }

    [Fact]
    public void Values_out_of_range_end_at_black_and_white()
    {
        using var plane = new Plane(_pool, 4, 1);
        ((ReadOnlySpan<float>)[-3, -0.001f, 1.01f, 700]).CopyTo(plane.Samples);
        using var target = new Raster(_pool, 4, 1, 1);

        plane.ResampleTo(0, 0, 4, 1, target);

        Assert.Equal([0, 0, 255, 255], target.Samples.ToArray());
    }

    private Plane Noise(int width, int height)
    {
        var random = new Random((width * 1000) + height);
        var plane = new Plane(_pool, width, height);
        foreach (ref var sample in plane.Samples)
        {
            sample = random.NextSingle();
        }

        return plane;
    }

    private static double GreatestError(Plane plane, double left, double top, double width, double height, Raster target)
    {
        var greatest = 0.0;
        for (var y = 0; y < target.Height; y++)
        {
            for (var x = 0; x < target.Width; x++)
            {
                var (sum, weights) = (0.0, 0.0);
                foreach (var (row, rowWeight) in Taps(plane.Height, top, height, target.Height, y))
                {
                    foreach (var (column, columnWeight) in Taps(plane.Width, left, width, target.Width, x))
                    {
                        sum += rowWeight * columnWeight * plane.Row(row)[column];
                        weights += rowWeight * columnWeight;
                    }
                }

                greatest = Math.Max(greatest, Math.Abs(target.Row(y)[x] - (255 * sum / weights)));
            }
        }

        return greatest;
    }

    /// <summary>Every sample of the used part under the triangle around the target's centre.</summary>
    private static IEnumerable<(int Sample, double Weight)> Taps(int length, double start, double extent, int count, int target)
    {
        var step = extent / count;
        var centre = start + ((target + 0.5) * step);
        for (var sample = (int)Math.Round(start); sample < Math.Min(length, Math.Max(Math.Round(start) + 1, Math.Round(start + extent))); sample++)
        {
            var weight = 1 - (Math.Abs(sample + 0.5 - centre) / Math.Max(1, step));
            if (weight > 0)
            {
                yield return (sample, weight);
            }
        }
    }
}
