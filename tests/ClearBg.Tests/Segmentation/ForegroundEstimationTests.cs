using System.Runtime.Intrinsics;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Segmentation;

public sealed class ForegroundEstimationTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>A disc with a soft edge, F and B smooth and far apart; the picture is what they mix to.</summary>
    [Theory]
    [InlineData(200, 150, 12, 3)]
    [InlineData(200, 150, 12, 4)]
    [InlineData(150, 400, 30, 3)]
    [InlineData(800, 700, 20, 3)]
    public void Finds_the_foreground_again_that_a_picture_was_mixed_from(int width, int height, double softness, int bands)
    {
        double Alpha(int x, int y) => Math.Clamp((((Math.Min(width, height) * 0.35) - Math.Sqrt(Math.Pow(x - (width / 2.0), 2) + Math.Pow(y - (height / 2.0), 2))) / softness) + 0.5, 0, 1);
        double Fore(int x, int y, int band) => band == 0 ? 180 + (40.0 * x / width) : band == 1 ? 60 + (30.0 * y / height) : 90;
        double Back(int x, int y, int band) => band == 0 ? 20 : band == 1 ? 200 - (40.0 * x / width) : 30 + (60.0 * y / height);
        using var matte = Pictures.Paint(_pool, width, height, 1, (x, y, _) => 255 * Alpha(x, y));
        using var picture = Pictures.Paint(_pool, width, height, bands, (x, y, band) =>
            band == 3 ? 255 : (Alpha(x, y) * Fore(x, y, band)) + ((1 - Alpha(x, y)) * Back(x, y, band)));

        using var estimation = ForegroundEstimation.Estimate(_pool, picture, matte);

        var (sum, before, count, greatest) = (0.0, 0.0, 0, 0.0);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var alpha = matte.Row(y)[x] / 255f;
                if (alpha is <= 0.1f or >= 1)
                {
                    continue;
                }

                var colour = picture.Row(y).Slice(x * bands, 3);
                var found = estimation.ColourAt(x, y, Vector128.Create(colour[0], colour[1], colour[2], 0f), alpha);
                for (var band = 0; band < 3; band++)
                {
                    var error = Math.Abs(found[band] - Fore(x, y, band));
                    (sum, before, count, greatest) = (sum + error, before + Math.Abs(colour[band] - Fore(x, y, band)), count + 1, Math.Max(greatest, error));
                }
            }
        }

        Assert.True(count > 100);
        Assert.InRange(sum / count, 0, 4);
        Assert.InRange(greatest, 0, 40);
        Assert.True(before / count > 25, "The picture itself must be far off, or this proves nothing.");
    }

    public static TheoryData<int, int> Odd => new() { { 1, 1 }, { 2, 1 }, { 1, 2 }, { 3, 3 }, { 1, 1000 }, { 1000, 1 }, { 10_000, 2 }, { 2, 9_999 }, { 31, 33 } };

    [Theory]
    [MemberData(nameof(Odd))]
    public void Any_shape_gives_colours(int width, int height)
    {
        using var picture = Pictures.Asymmetric(_pool, width, height);
        using var matte = Pictures.Paint(_pool, width, height, 1, static (x, y, _) => ((x * 37) + (y * 91)) % 256);

        using var estimation = ForegroundEstimation.Estimate(_pool, picture, matte);

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var colour = picture.Row(y).Slice(3 * x, 3);
                foreach (var alpha in new[] { 1 / 255f, 0.5f, 254 / 255f })
                {
                    var found = estimation.ColourAt(x, y, Vector128.Create(colour[0], colour[1], colour[2], 0f), alpha);
                    for (var band = 0; band < 3; band++)
                    {
                        Assert.InRange(found[band], 0, 255);
                    }
                }
            }
        }
    }

    [Fact]
    public void A_picture_of_one_colour_stays_of_that_colour_at_every_edge()
    {
        using var picture = Pictures.Paint(_pool, 90, 60, 3, static (_, _, band) => 50 + (80 * band));
        using var matte = Pictures.Paint(_pool, 90, 60, 1, static (x, _, _) => 255.0 * x / 89);

        using var estimation = ForegroundEstimation.Estimate(_pool, picture, matte);

        for (var x = 3; x < 90; x++)
        {
            var found = estimation.ColourAt(x, x % 60, Vector128.Create(50f, 130, 210, 0), x / 89f);
            Assert.True(Math.Abs(found[0] - 50) < 3 && Math.Abs(found[1] - 130) < 3 && Math.Abs(found[2] - 210) < 3, $"{found} at {x}");
        }
    }
}
