using ClearBg.Evaluation;
using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Evaluation;

public sealed class MatteSamplesTests : IDisposable
{
    private const int Width = 7;
    private const int Height = 5;

    private readonly BufferPool _pool = new(0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Theory]
    [InlineData(1, false, 0)]
    [InlineData(2, false, 1)]
    [InlineData(3, true, 0)]
    [InlineData(4, false, 3)]
    public void A_matte_is_grey_or_else_the_last_of_two_or_four_channels(int bands, bool equal, int band)
    {
        using var raster = Pictures.Paint(_pool, Width, Height, Math.Max(1, bands == 2 ? 1 : bands), (x, y, b) => Level(x, y, equal ? 0 : b));
        var file = bands != 2 ? Pictures.Save("pngsave", raster) : Pictures.Save("pngsave", raster, static image => VipsOperation.Apply("bandjoin_const", image, ("c", "77")));

        using var plane = MatteSamples.Read(_pool, _folder.Write("matte.png", file));

        for (var i = 0; i < Width * Height; i++)
        {
            Assert.Equal((bands == 2 ? 77 : (float)Level(i % Width, i / Width, band)) / 255, plane.Samples[i]);
        }
    }

    [Fact]
    public void Sixteen_bits_count_in_65535ths()
    {
        using var raster = Pictures.Paint(_pool, Width, Height, 1, static (x, y, _) => Level(x, y, 0));
        using var image = raster.AsVips();
        using var linear = VipsOperation.Apply("linear", image, ("a", "251"), ("b", "13"));
        using var wide = VipsOperation.Apply("cast", linear, ("format", "ushort"));
        using var grey = VipsOperation.Apply("copy", wide, ("interpretation", "grey16"));

        using var plane = MatteSamples.Read(_pool, _folder.Write("matte.png", Pictures.Save("pngsave", grey)));

        for (var i = 0; i < Width * Height; i++)
        {
            Assert.Equal((((float)Level(i % Width, i / Width, 0) * 251) + 13) / 65535, plane.Samples[i]);
        }
    }

    [Fact]
    public void A_picture_in_colour_is_no_matte()
    {
        using var raster = Pictures.Asymmetric(_pool, Width, Height);
        var path = _folder.Write("photo.png", Pictures.Encode(Encoder.WritePng, raster));

        var refusal = Assert.Throws<InvalidDataException>(() => MatteSamples.Read(_pool, path));

        Assert.Equal($"{path} is no matte: it has colours and no alpha channel.", refusal.Message);
    }

    [Fact]
    public void What_is_no_png_or_cut_short_is_refused_with_its_path()
    {
        using var raster = Pictures.Asymmetric(_pool, 60, 50, 1);
        var file = Pictures.Encode(Encoder.WritePng, raster);
        string[] paths = [_folder.Write("text.png", "text"u8), _folder.Write("empty.png", []), _folder.Write("short.png", file.AsSpan(0, file.Length / 2))];

        Assert.All(paths, path => Assert.Contains(path, Assert.Throws<InvalidDataException>(() => MatteSamples.Read(_pool, path)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_pipelines_matte_counts_in_255ths()
    {
        using var raster = Pictures.Paint(_pool, 256, 1, 1, static (x, _, _) => x);

        using var plane = MatteSamples.From(_pool, raster);

        Assert.Equal(Enumerable.Range(0, 256).Select(static level => level / 255f), plane.Samples.ToArray());
    }

    [Fact]
    public void A_plane_becomes_the_nearest_of_256_levels_again()
    {
        using var plane = new Plane(_pool, 256, 3);
        for (var i = 0; i < 256; i++)
        {
            (plane.Samples[i], plane.Samples[256 + i], plane.Samples[512 + i]) = (i / 255f, Math.Max(0, i - 0.49f) / 255, Math.Min(255, i + 0.49f) / 255);
        }

        using var raster = MatteSamples.ToRaster(_pool, plane);

        Assert.Equal(Enumerable.Range(0, 3 * 256).Select(static i => (byte)i), raster.Samples.ToArray());
    }

    private static double Level(int x, int y, int band) => (x * 31) + (y * 7) + (band * 3);
}
