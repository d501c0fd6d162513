using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Refinement;

namespace ClearBg.Tests.Segmentation.Refinement;

/// <summary>A subject in the left quarter of an input of 200 × 100, of which the surroundings fade.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private const int Width = 200;
    private const int Height = 100;
    private const int Edge = 50;

    // A model's own scale, of which each channel has another.
    private static readonly ModelInput Input = new("picture", Width, Height, [100, 110, 120], [50, 60, 70], ModelResize.Squash);

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
        var levels = Fade(subject, around, Width, Height);

        Assert.All(levels.Take(Edge), level => Assert.Equal(subject, level, 0.01));
        Assert.Equal(faded, levels[^1], 0.1);
    }

    [Fact]
    public void Fade_little_by_little()
    {
        var levels = Fade(200, 80, Width, Height);

        // What is near may be the subject's: half of a blurred edge is ten times what is kept.
        Assert.All(levels[Edge..(Edge + 8)], static level => Assert.Equal(80, level, 0.01));
        Assert.Equal(levels[Edge..].OrderDescending(), levels[Edge..]);
        Assert.All(levels[Edge..].Zip(levels[(Edge + 1)..]), static pair => Assert.InRange(pair.First - pair.Second, -0.01, 12));
    }

    [Fact]
    public void Stay_round_what_the_model_is_unsure_of()
    {
        var levels = Fade(200, 80, Width, Height, coverage: 0.2f);

        Assert.All(levels.Take(Edge / 2), static level => Assert.Equal(200, level, 0.01));
        Assert.Equal(40, levels[^1], 0.1);
    }

    [Theory]
    [InlineData(100, 50)]
    [InlineData(50, 25)]
    [InlineData(67, 33)]
    public void Are_where_a_matte_of_another_size_shows_them(int width, int height)
    {
        var expected = Fade(200, 80, Width, Height);

        var levels = Fade(200, 80, width, height);

        Assert.All(expected.Zip(levels), static pair => Assert.Equal(pair.First, pair.Second, 16.0));
        Assert.Equal(expected[^1], levels[^1], 0.1);
        Assert.Equal(expected[0], levels[0], 0.1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.04)]
    public void Do_not_fade_round_nothing(float coverage)
    {
        var levels = Fade(200, 80, Width, Height, coverage);

        Assert.All(levels[..Edge], static level => Assert.Equal(200, level, 0.01));
        Assert.All(levels[Edge..], static level => Assert.Equal(80, level, 0.01));
    }

    /// <summary>The middle row, which every channel and row must equal.</summary>
    private float[] Fade(float subject, float around, int matteWidth, int matteHeight, float coverage = 1)
    {
        using var tensor = _pool.Rent(3 * Width * Height * sizeof(float));
        using var matte = new Plane(_pool, matteWidth, matteHeight);
        for (var i = 0; i < matteWidth * matteHeight; i++)
        {
            matte.Samples[i] = i % matteWidth * 4 < matteWidth ? coverage : 0;
        }

        for (var i = 0; i < 3 * Width * Height; i++)
        {
            tensor.As<float>()[i] = ((i % Width < Edge ? subject : around) - Input.Mean[i / (Width * Height)]) / Input.Std[i / (Width * Height)];
        }

        Surroundings.Fade(_pool, Input, tensor, matte);

        var levels = tensor.As<float>().ToArray().Select(static (value, i) => (value * Input.Std[i / (Width * Height)]) + Input.Mean[i / (Width * Height)]).ToArray();
        var middle = levels[(Height / 2 * Width)..((Height / 2 * Width) + Width)];
        Assert.All(levels.Chunk(Width), row => Assert.All(row.Zip(middle), static pair => Assert.Equal(pair.Second, pair.First, 0.01)));
        return middle;
    }
}
