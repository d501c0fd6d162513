using ClearBg.Api;
using ClearBg.Imaging;
using ClearBg.Jobs;

namespace ClearBg.Tests.Jobs;

public class OutputSizeTests
{
    [Theory]

    // remove.bg's own recorded answer.
    [InlineData(1600, 1200, "preview", "png", 577, 433)]
    [InlineData(1600, 1200, "preview", "jpg", 577, 433)]
    [InlineData(500, 500, "preview", "png", 500, 500)]
    [InlineData(501, 500, "preview", "png", 500, 499)]
    [InlineData(1200, 1600, "medium", "webp", 1060, 1414)]
    [InlineData(4000, 3000, "hd", "jpg", 2309, 1732)]
    [InlineData(4000, 3000, "full", "jpg", 4000, 3000)]
    [InlineData(8000, 6000, "full", "jpg", 5773, 4330)]
    [InlineData(8000, 6000, "full", "zip", 5773, 4330)]

    // PNG never has more than ten million pixels.
    [InlineData(4000, 3000, "auto", "png", 3651, 2738)]
    [InlineData(4000, 3000, "full", "png", 3651, 2738)]
    [InlineData(4000, 2500, "auto", "png", 4000, 2500)]
    [InlineData(4000, 3000, "auto", "auto", 3651, 2738)]
    [InlineData(8000, 6250, "auto", "jpg", 8000, 6250)]
    [InlineData(8000, 6250, "auto", "webp", 8000, 6250)]
    [InlineData(8000, 6250, "50MP", "zip", 8000, 6250)]
    [InlineData(10_000, 1, "preview", "png", 10_000, 1)]
    [InlineData(1, 1, "auto", "png", 1, 1)]
    public void Caps_by_tier_and_format(int width, int height, string size, string format, int expectedWidth, int expectedHeight)
    {
        Assert.True(ParameterNames.Sizes.TryParse(size, out var tier));
        Assert.True(ParameterNames.Formats.TryParse(format, out var output));

        Assert.Equal(new OutputSize(expectedWidth, expectedHeight), OutputSize.Of(width, height, new RemovalOptions { Size = tier, Format = output }));
    }

    [Fact]
    public void Auto_over_an_opaque_background_is_a_jpeg_and_may_be_as_large_as_one()
    {
        var options = new RemovalOptions { Format = OutputFormat.Auto, Background = Rgba.White };

        Assert.Equal(new OutputSize(4000, 3000), OutputSize.Of(4000, 3000, options));
        Assert.Equal(new OutputSize(3651, 2738), OutputSize.Of(4000, 3000, options with { Background = new Rgba(1, 2, 3, 254) }));
    }

    [Fact]
    public void Never_enlarges_never_passes_the_cap_and_keeps_the_aspect()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var (width, height) = (random.Next(1, 10_001), random.Next(1, 5_001));
            var options = new RemovalOptions { Size = (SizeTier)random.Next(6), Format = (OutputFormat)random.Next(5) };
            var size = OutputSize.Of(width, height, options);

            Assert.InRange(size.Width, 1, width);
            Assert.InRange(size.Height, 1, height);
            Assert.InRange((long)size.Width * size.Height, 1, OutputSize.MaxPixels(options));
            Assert.InRange(((double)size.Width / width) - ((double)size.Height / height), -1.0 / Math.Min(width, height), 1.0 / Math.Min(width, height));
        }
    }
}
