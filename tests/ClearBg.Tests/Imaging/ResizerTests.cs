using ClearBg.Imaging;

namespace ClearBg.Tests.Imaging;

public sealed class ResizerTests : IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly Resizer _resizer;

    public ResizerTests() => _resizer = new Resizer(_pool);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    public static TheoryData<int, int, int, int, string> Sizes()
    {
        var data = new TheoryData<int, int, int, int, string>();
        foreach (var kernel in new[] { "lanczos3", "linear" })
        {
            foreach (var (width, height, toWidth, toHeight) in new[]
            {
                (1, 1, 1, 1), (1, 1, 7, 3), (2, 1, 1, 1), (5, 3, 1, 1), (1, 1000, 3, 10), (1000, 1, 577, 1), (320, 213, 512, 512), (800, 600, 288, 216),
                (333, 777, 332, 776), (33, 77, 32, 78), (97, 89, 13, 89), (3, 3, 64, 2), (2000, 2, 17, 1),
            })
            {
                data.Add(width, height, toWidth, toHeight, kernel);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Gives_exactly_the_size_asked_for_and_keeps_a_flat_colour(int width, int height, int toWidth, int toHeight, string kernel)
    {
        foreach (var bands in new[] { 1, 3, 4 })
        {
            using var flat = Pictures.Paint(_pool, width, height, bands, static (_, _, band) => band == 3 ? 255 : 101 + (50 * band));

            using var resized = _resizer.Resize(flat, toWidth, toHeight, kernel, CancellationToken.None);

            Assert.Equal((toWidth, toHeight, bands), (resized.Width, resized.Height, resized.Bands));
            using var expected = Pictures.Paint(_pool, toWidth, toHeight, bands, static (_, _, band) => band == 3 ? 255 : 101 + (50 * band));
            Assert.Equal(0, Pictures.Difference(expected, resized).Greatest);
        }
    }

    /// <summary>libvips' cast cuts fractions off: an alpha of 254.9999 became 254, and every colour of a cut-out lost half a level.</summary>
    [Theory]
    [InlineData(200, 150)]
    [InlineData(77, 33)]
    [InlineData(150, 120)]
    public void Resizing_rgba_rounds_instead_of_cutting_off(int width, int height)
    {
        using var rgb = Pictures.Asymmetric(_pool, 120, 90);
        using var rgba = Pictures.Paint(_pool, 120, 90, 4, static (x, y, band) => band == 3 ? 255 : Pictures.Asymmetric(x, y, band, 120, 90));

        using var reference = _resizer.Resize(rgb, width, height, "linear", CancellationToken.None);
        using var resized = _resizer.Resize(rgba, width, height, "linear", CancellationToken.None);

        long bias = 0;
        for (var i = 0; i < width * height; i++)
        {
            Assert.Equal(255, resized.Samples[(4 * i) + 3]);
            for (var band = 0; band < 3; band++)
            {
                var difference = resized.Samples[(4 * i) + band] - reference.Samples[(3 * i) + band];
                Assert.InRange(difference, -2, 2);
                bias += difference;
            }
        }

        Assert.InRange(bias / (3.0 * width * height), -0.25, 0.25);
    }

    [Fact]
    public void Colours_of_transparent_pixels_do_not_leak()
    {
        using var half = Pictures.Paint(_pool, 64, 64, 4, static (x, _, band) => x < 32 ? (band is 0 or 3 ? 255 : 0) : band == 1 ? 255 : 0);

        using var resized = _resizer.Resize(half, 48, 48, "lanczos3", CancellationToken.None);

        for (var i = 0; i < 48 * 48; i++)
        {
            var (green, alpha) = (resized.Samples[(4 * i) + 1], resized.Samples[(4 * i) + 3]);
            Assert.True(alpha == 0 || green <= 1, $"Pixel {i} of alpha {alpha} has {green} of the transparent green.");
        }
    }

    [Fact]
    public void Stops_when_cancelled()
    {
        using var picture = Pictures.Asymmetric(_pool, 400, 300, 4);

        Assert.ThrowsAny<OperationCanceledException>(() => _resizer.Resize(picture, 100, 100, "lanczos3", new CancellationToken(true)));
    }
}
