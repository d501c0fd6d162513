using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Segmentation;

public sealed class SolidInteriorTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>A disc with an edge of four pixels, a window of 90, a clear hole and, at a corner of the picture, a speck of haze. At the size of cells and at five times that.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void A_window_becomes_opaque_and_every_edge_stays_as_it_was(int scale)
    {
        const int Side = 400;
        using var matte = Pictures.Paint(_pool, Side * scale, Side * scale, 1, (column, row, _) =>
        {
            var (x, y) = (column / scale, row / scale);
            var edge = Math.Clamp((150 - Math.Sqrt(Math.Pow(x - 200, 2) + Math.Pow(y - 200, 2))) / 4, 0, 1);
            var window = x is >= 130 and < 190 && y is >= 150 and < 200;
            var hole = Math.Clamp((Math.Sqrt(Math.Pow(x - 260, 2) + Math.Pow(y - 240, 2)) - 20) / 4, 0, 1);
            return window ? 90 : x < 6 && y < 6 ? 60 : 255 * Math.Min(edge, hole);
        });
        var before = matte.Samples.ToArray();

        SolidInterior.Fill(matte, new Box(50 * scale, 50 * scale, 300 * scale, 300 * scale));

        var changed = 0;
        for (var y = 0; y < matte.Height; y++)
        {
            for (var x = 0; x < matte.Width; x++)
            {
                var was = before[(y * matte.Width) + x];
                if (x / scale is >= 130 and < 190 && y / scale is >= 150 and < 200)
                {
                    changed++;
                    Assert.Equal(255, matte.Row(y)[x]);
                }
                else
                {
                    // What is as good as opaque may become it.
                    Assert.InRange(matte.Row(y)[x], was, was >= 250 ? (byte)255 : was);
                }
            }
        }

        Assert.Equal(60 * 50 * scale * scale, changed);
    }

    [Fact]
    public void A_see_through_subject_keeps_its_edge_and_turns_opaque_inside_without_a_step()
    {
        using var matte = Pictures.Paint(_pool, 300, 300, 1, static (x, y, _) => x is >= 50 and < 250 && y is >= 50 and < 250 ? 100 : 0);

        SolidInterior.Fill(matte, new Box(50, 50, 200, 200));

        var row = matte.Row(150).ToArray();
        Assert.Equal(0, row[49]);
        Assert.All(row[50..55], static alpha => Assert.Equal(100, alpha));
        Assert.All(row[62..238], static alpha => Assert.Equal(255, alpha));
        Assert.All(row[50..61].Zip(row[51..62]), static pair => Assert.InRange(pair.Second - pair.First, 0, 30));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3_000, 2)]
    [InlineData(1, 2_000)]
    public void Works_on_pictures_of_hardly_any_pixels(int width, int height)
    {
        using var matte = Pictures.Paint(_pool, width, height, 1, static (_, _, _) => 140);

        SolidInterior.Fill(matte, new Box(0, 0, width, height));

        Assert.DoesNotContain(matte.Samples.ToArray(), static alpha => alpha != 255);
    }
}
