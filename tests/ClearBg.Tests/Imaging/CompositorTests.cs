using System.Runtime.Intrinsics;
using ClearBg.Imaging;

namespace ClearBg.Tests.Imaging;

public sealed class CompositorTests : IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly Compositor _compositor;

    public CompositorTests() => _compositor = new Compositor(_pool);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    public static TheoryData<string, int, int> Plates()
    {
        var data = new TheoryData<string, int, int>();
        foreach (var plate in new[] { "ffffff", "000", "12a4f0", "12a4f080", "ff000001", "00ff00fe" })
        {
            data.Add(plate, 0, 0);
            data.Add(plate, 3, 5);
        }

        return data;
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Opaque_pixels_are_the_pictures_own_and_transparent_ones_are_black(int bands)
    {
        using var picture = Noise(70, 130, bands);
        using var matte = Pictures.Paint(_pool, 70, 130, 1, static (x, y, _) => (x + y) % 3 == 0 ? 0 : (x + y) % 3 == 1 ? 255 : 128);
        var part = new Box(5, 7, 60, 120);

        using var cutOut = _compositor.CutOut(picture, matte, part, static (_, _, _, _) => Vector128.Create(9f, 8.49f, 254.51f, 0));

        Assert.Equal((60, 120, 4), (cutOut.Width, cutOut.Height, cutOut.Bands));
        for (var y = 0; y < part.Height; y++)
        {
            for (var x = 0; x < part.Width; x++)
            {
                byte[] own = picture.Row(y + 7).Slice((x + 5) * bands, 3).ToArray();
                byte[] expected = matte.Row(y + 7)[x + 5] switch { 0 => [0, 0, 0, 0], 255 => [.. own, 255], var a => [9, 8, 255, a] };
                Assert.Equal(expected, cutOut.Row(y).Slice(4 * x, 4).ToArray());
            }
        }
    }

    [Fact]
    public void Edge_colours_are_asked_for_at_the_pictures_own_coordinates()
    {
        using var picture = Pictures.Paint(_pool, 20, 10, 3, static (x, y, band) => band == 0 ? x : band == 1 ? y : 200);
        using var matte = Pictures.Paint(_pool, 20, 10, 1, static (_, _, _) => 51);

        using var cutOut = _compositor.CutOut(picture, matte, new Box(4, 3, 6, 5), Edge);
        using var unmixed = _compositor.Unmix(picture, matte, new Box(4, 3, 6, 5), Edge);

        Assert.Equal([4, 3, 200, 51], cutOut.Row(0)[..4].ToArray());
        Assert.Equal([9, 7, 200, 51], cutOut.Row(4)[^4..].ToArray());
        Assert.Equal([9, 7, 200], unmixed.Row(4)[^3..].ToArray());

        static Vector128<float> Edge(int x, int y, Vector128<float> colour, float alpha)
        {
            Assert.Equal((x, y, 200f, 0.2f), (colour[0], colour[1], colour[2], alpha));
            return colour;
        }
    }

    [Fact]
    public void Beside_a_separate_matte_the_background_stays()
    {
        using var picture = Noise(16, 16, 4);
        using var matte = Pictures.Paint(_pool, 16, 16, 1, static (x, _, _) => x < 5 ? 0 : x < 10 ? 100 : 255);

        using var unmixed = _compositor.Unmix(picture, matte, new Box(0, 0, 16, 16), static (_, _, _, _) => Vector128.Create(1f, 2, 3, 4));

        for (var i = 0; i < 256; i++)
        {
            byte[] expected = matte.Samples[i] == 100 ? [1, 2, 3] : picture.Samples.Slice(4 * i, 3).ToArray();
            Assert.Equal(expected, unmixed.Samples.Slice(3 * i, 3).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Plates))]
    public void Lies_over_a_background_as_porter_and_duff_say(string colour, int left, int top)
    {
        Assert.True(Rgba.TryParse(colour, out var plate));
        using var cutOut = Noise(61, 83, 4);
        for (var i = 0; i < 256; i++)
        {
            cutOut.Samples[(4 * i) + 3] = (byte)i;
        }

        using var placed = _compositor.Place(cutOut, 70, 90, left, top, plate);

        Assert.Equal(plate.IsOpaque ? 3 : 4, placed.Bands);
        for (var y = 0; y < 90; y++)
        {
            for (var x = 0; x < 70; x++)
            {
                var inside = x >= left && x < left + 61 && y >= top && y < top + 83;
                byte[] over = inside ? cutOut.Row(y - top).Slice(4 * (x - left), 4).ToArray() : [0, 0, 0, 0];
                var (alpha, under) = (over[3] / 255.0, plate.Alpha / 255.0 * (1 - (over[3] / 255.0)));
                var pixel = placed.Row(y).Slice(x * placed.Bands, placed.Bands);
                byte[] below = [plate.Red, plate.Green, plate.Blue];
                for (var band = 0; band < 3; band++)
                {
                    Assert.InRange(pixel[band] - (((over[band] * alpha) + (below[band] * under)) / (alpha + under)), -0.501, 0.501);
                }

                if (placed.Bands == 4)
                {
                    Assert.InRange(pixel[3] - (255 * (alpha + under)), -0.501, 0.501);
                }
            }
        }
    }

    [Fact]
    public void Without_background_the_canvas_around_is_transparent_black()
    {
        using var cutOut = Noise(4, 3, 4);

        using var placed = _compositor.Place(cutOut, 9, 8, 5, 5, null);

        Assert.Equal(cutOut.Row(2).ToArray(), placed.Row(7)[20..].ToArray());
        Assert.False(placed.Row(7)[..20].ContainsAnyExcept((byte)0));
        Assert.False(placed.Row(4).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Pads_with_black_and_cuts_exactly()
    {
        using var matte = Noise(9, 7, 1);

        using var cut = _compositor.Cut(matte, new Box(2, 1, 4, 5));
        using var padded = _compositor.Pad(cut, 9, 7, 2, 1);

        for (var y = 0; y < 7; y++)
        {
            for (var x = 0; x < 9; x++)
            {
                Assert.Equal(x is >= 2 and < 6 && y is >= 1 and < 6 ? matte.Row(y)[x] : 0, padded.Row(y)[x]);
            }
        }
    }

    [Fact]
    public void The_pictures_own_alpha_multiplies_the_matte_exactly()
    {
        using var picture = Pictures.Paint(_pool, 256, 256, 4, static (x, _, band) => band == 3 ? x : 7);
        using var matte = Pictures.Paint(_pool, 256, 256, 1, static (_, y, _) => y);

        Compositor.MultiplyByAlpha(matte, picture);

        for (var y = 0; y < 256; y++)
        {
            for (var x = 0; x < 256; x++)
            {
                Assert.Equal((byte)Math.Round(x * y / 255.0), matte.Row(y)[x]);
            }
        }
    }

    private Raster Noise(int width, int height, int bands)
    {
        var random = new Random(width * height);
        var raster = new Raster(_pool, width, height, bands);
        random.NextBytes(raster.Samples);
        return raster;
    }
}
