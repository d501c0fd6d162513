using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Refinement;

namespace ClearBg.Tests.Segmentation.Refinement;

/// <summary>A subject in the upper left corner of an input of 200 × 160, of which the surroundings fade: along the upper border, and along the left one.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private const int Width = 200;
    private const int Height = 160;
    private const int Edge = 50;

    // A model's own scale, of which each channel has another.
    private static readonly ModelInput Input = new("picture", Width, Height, [100, 110, 120], [50, 60, 70], ModelResize.Letterbox);
    private static readonly Box Whole = new(0, 0, Width, Height);

    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Theory]
    [InlineData(200, 80, 40)]
    [InlineData(60, 80, 167.5)]
    [InlineData(141, 255, 127.5)]
    [InlineData(139, 255, 255)]
    public void Fade_half_way_to_black_behind_what_is_bright_and_to_white_behind_what_is_dark(int subject, int around, double faded)
    {
        foreach (var levels in Fade(subject, around))
        {
            Assert.All(levels[..Edge], level => Assert.Equal(subject, level, 0.01));
            Assert.Equal(faded, levels[^1], 0.1);
        }
    }

    /// <summary>BT.601: 76, 150 and 29.</summary>
    [Theory]
    [InlineData(255, 0, 0, 167.5)]
    [InlineData(0, 255, 0, 40)]
    [InlineData(0, 0, 255, 167.5)]
    public void Bright_is_what_looks_bright(int red, int green, int blue, double faded)
    {
        using var tensor = Tensor([red, green, blue], 80, Whole);
        using var matte = Matte(Width, Height, 1, 0);

        Surroundings.Fade(_pool, Input, tensor, matte);

        Assert.All(Levels(tensor, 1, Width - 1), level => Assert.Equal(faded, level, 0.1));
    }

    [Fact]
    public void Fade_little_by_little()
    {
        foreach (var levels in Fade(200, 80))
        {
            // What is near may be the subject's: half of a blurred edge is ten times what is kept.
            Assert.All(levels[Edge..(Edge + 8)], static level => Assert.Equal(80, level, 0.01));
            Assert.Equal(levels[Edge..].OrderDescending(), levels[Edge..]);
            Assert.All(levels[Edge..].Zip(levels[(Edge + 1)..]), static pair => Assert.InRange(pair.First - pair.Second, -0.01, 12));
        }
    }

    [Fact]
    public void Stay_round_what_the_model_is_unsure_of()
    {
        foreach (var levels in Fade(200, 80, coverage: 0.2f))
        {
            Assert.All(levels[..Edge], static level => Assert.Equal(200, level, 0.01));
            Assert.Equal(40, levels[^1], 0.1);
        }
    }

    [Theory]
    [InlineData(100, 80)]
    [InlineData(50, 40)]
    [InlineData(67, 53)]
    public void Are_where_a_matte_of_another_size_shows_them(int width, int height)
    {
        using var tensor = Tensor([200, 200, 200], 80, Whole);
        using var matte = Matte(width, height, 1, 0);

        Surroundings.Fade(_pool, Input, tensor, matte);

        foreach (var (expected, levels) in Fade(200, 80).Zip(Rims(tensor)))
        {
            Assert.All(expected.Zip(levels), static pair => Assert.Equal(pair.First, pair.Second, 16.0));
            Assert.Equal(expected[^1], levels[^1], 0.1);
            Assert.Equal(expected[0], levels[0], 0.1);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.04)]
    public void Do_not_fade_round_nothing(float coverage)
    {
        foreach (var levels in Fade(200, 80, coverage))
        {
            Assert.All(levels[..Edge], static level => Assert.Equal(200, level, 0.01));
            Assert.All(levels[Edge..], static level => Assert.Equal(80, level, 0.01));
        }
    }

    /// <summary>A model without an activation may give any number.</summary>
    [Theory]
    [InlineData(1.5f, -0.3f)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity)]
    [InlineData(1, float.NaN)]
    public void Take_what_is_not_coverage_for_the_nearest_that_is(float subject, float around)
    {
        var expected = Fade(200, 80);

        Assert.Equal(expected, Fade(200, 80, subject, around));
    }

    [Fact]
    public void Do_not_reach_into_padding()
    {
        var content = new Box(0, 0, Width - 20, Height - 30);
        using var tensor = Tensor([200, 200, 200], 80, content);
        using var matte = Matte(Width, Height, 1, 0);

        Surroundings.Fade(_pool, Input, tensor, matte);

        var (row, column) = (Levels(tensor, 0, 0), Column(tensor));
        Assert.Equal((40, Input.Mean[0]), (MathF.Round(row[content.Width - 1], 1), row[content.Width]));
        Assert.Equal((40, Input.Mean[0]), (MathF.Round(column[content.Height - 1], 1), column[content.Height]));
    }

    private float[][] Fade(float subject, float around, float coverage = 1, float elsewhere = 0)
    {
        using var tensor = Tensor([subject, subject, subject], around, Whole);
        using var matte = Matte(Width, Height, coverage, elsewhere);

        Surroundings.Fade(_pool, Input, tensor, matte);

        return Rims(tensor);
    }

    private PictureTensor Tensor(float[] subject, float around, Box content)
    {
        var values = _pool.Rent(3 * Width * Height * sizeof(float));
        for (var i = 0; i < 3 * Width * Height; i++)
        {
            var (channel, x, y) = (i / (Width * Height), i % Width, i / Width % Height);
            var level = x >= content.Right || y >= content.Bottom ? Input.Mean[channel] : x < Edge && y < Edge ? subject[channel] : around;
            values.As<float>()[i] = (level - Input.Mean[channel]) / Input.Std[channel];
        }

        return new(values, content);
    }

    private Plane Matte(int width, int height, float subject, float around)
    {
        var matte = new Plane(_pool, width, height);
        for (var i = 0; i < width * height; i++)
        {
            matte.Samples[i] = i % width * Width < Edge * width && i / width * Height < Edge * height ? subject : around;
        }

        return matte;
    }

    /// <summary>The upper row and the left column, of which every channel is the same.</summary>
    private static float[][] Rims(PictureTensor tensor)
    {
        for (var channel = 1; channel < 3; channel++)
        {
            Assert.All(Levels(tensor, 0, 0).Zip(Levels(tensor, channel, 0)), static pair => Assert.Equal(pair.First, pair.Second, 0.01));
        }

        return [Levels(tensor, 0, 0), Column(tensor)];
    }

    private static float[] Column(PictureTensor tensor) => [.. Enumerable.Range(0, Height).Select(y => Levels(tensor, 0, 0, y)[0])];

    /// <summary>A row from one column on.</summary>
    private static float[] Levels(PictureTensor tensor, int channel, int left, int y = 0) =>
        [.. tensor.Values.As<float>().Slice((((channel * Height) + y) * Width) + left, Width - left).ToArray().Select(value => (value * Input.Std[channel]) + Input.Mean[channel])];
}
