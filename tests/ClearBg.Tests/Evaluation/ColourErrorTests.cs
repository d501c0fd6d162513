using ClearBg.Evaluation;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Evaluation;

/// <summary>Against numbers that can be worked out by hand.</summary>
public sealed class ColourErrorTests : IDisposable
{
    private const int Width = 6;
    private const int Height = 4;

    private static readonly byte[] Subject = [200, 100, 50];
    private static readonly byte[] OldGround = [50, 200, 0];
    private static readonly byte[] NewGround = [100, 100, 100];

    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>51 of 255 is a fifth: the picture is (80, 180, 10), and a fifth of its distance from the subject's (200, 100, 50) is (24, 16, 8).</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void The_true_matte_with_the_true_colours_has_none_and_the_picture_itself_lets_the_old_ground_through(int bands)
    {
        using var picture = Flat(bands, 80, 180, 10);
        using var cutOut = CutOut(51);

        var error = Of(picture, cutOut, cutOut);

        Assert.Equal(0, error.Unmixed);
        Assert.Equal((24 + 16 + 8) / 3d, error.AsTaken, 1e-9);
    }

    /// <summary>Colour and ground are (100, 0, −50) apart.</summary>
    [Theory]
    [InlineData(255, 204, 0.2 * 150 / 3)]
    [InlineData(102, 255, 0.6 * 150 / 3)]
    [InlineData(0, 255, 150 / 3)]
    [InlineData(255, 0, 150 / 3)]
    [InlineData(153, 153, 0)]
    public void A_wrong_matte_counts_by_how_far_the_colours_are_from_the_ground(byte trueAlpha, byte alpha, double expected)
    {
        using var picture = Flat(3, Subject);
        using var cutOut = CutOut(alpha);
        using var truth = CutOut(trueAlpha);

        Assert.Equal(new(expected, expected), Rounded(Of(picture, cutOut, truth)));
    }

    /// <summary>The opposite ones of different channels and pixels don't make up for each other.</summary>
    [Fact]
    public void Wrong_colours_count_by_the_matte_and_in_both_directions()
    {
        using var picture = Flat(3, 210, 90, 40);
        using var truth = CutOut(51);
        using var cutOut = Pictures.Paint(_pool, Width, Height, 4, static (x, _, band) => band == 3 ? 51 : Subject[band] + (x % 2 == 0 ? 30 : -30));

        Assert.Equal(new(6, 2), Rounded(Of(picture, cutOut, truth)));
    }

    [Fact]
    public void Only_what_is_in_the_band_counts()
    {
        using var picture = Flat(3, Subject);
        using var truth = CutOut(255);
        using var cutOut = Pictures.Paint(_pool, Width, Height, 4, static (x, y, band) => band < 3 ? Subject[band] : x == 2 && y == 1 ? 255 : x == 3 && y == 1 ? 204 : 0);
        using var ground = Flat(3, NewGround);
        var band = new Mask(Width, Height);
        band.Row(1)[2] = band.Row(1)[3] = true;

        Assert.Equal(new(5, 5), Rounded(ColourError.Of(picture, cutOut, truth, ground, band)));
        Assert.Equal(default, ColourError.Of(picture, cutOut, truth, ground, new Mask(Width, Height)));
    }

    /// <summary>A soft disc on a ground that is far from its colour, mixed as light is.</summary>
    [Fact]
    public void Unmixing_takes_most_of_it_away()
    {
        const int Side = 120;
        static double Alpha(int x, int y) => Math.Clamp(((35 - Math.Sqrt(((x - 60) * (x - 60)) + ((y - 55) * (y - 55)))) / 12) + 0.5, 0, 1);
        using var matte = Pictures.Paint(_pool, Side, Side, 1, static (x, y, _) => 255 * Alpha(x, y));
        using var picture = Pictures.Paint(_pool, Side, Side, 3, static (x, y, band) => (Alpha(x, y) * Subject[band]) + ((1 - Alpha(x, y)) * OldGround[band]));
        using var truth = Pictures.Paint(_pool, Side, Side, 4, static (x, y, band) => band == 3 ? 255 * Alpha(x, y) : Subject[band]);
        using var ground = Pictures.Asymmetric(_pool, Side, Side);
        using var estimation = ForegroundEstimation.Estimate(_pool, picture, matte);
        using var cutOut = new Compositor(_pool).CutOut(picture, matte, new Box(0, 0, Side, Side), estimation.ColourAt);
        using var coverage = MatteSamples.From(_pool, matte);

        var error = ColourError.Of(picture, cutOut, truth, ground, EdgeBand.Around(coverage, Mask.Foreground(coverage)));

        Assert.InRange(error.AsTaken, 6, 20);
        Assert.InRange(error.Unmixed, 0, error.AsTaken / 8);
    }

    [Fact]
    public void The_mean_counts_every_picture_the_same() => Assert.Equal(new(2, 5), ColourError.Mean([new(1, 4), new(3, 6)]));

    private static ColourError Rounded(ColourError error) => new(Math.Round(error.Unmixed, 9), Math.Round(error.AsTaken, 9));

    /// <summary>On the new ground, over all pixels.</summary>
    private ColourError Of(Raster picture, Raster cutOut, Raster truth)
    {
        using var ground = Flat(3, NewGround);
        var band = new Mask(Width, Height);
        band.Pixels.AsSpan().Fill(true);
        return ColourError.Of(picture, cutOut, truth, ground, band);
    }

    private Raster CutOut(byte alpha) => Flat(4, [.. Subject, alpha]);

    private Raster Flat(int bands, params byte[] colour) => Pictures.Paint(_pool, Width, Height, bands, (_, _, band) => band < colour.Length ? colour[band] : 9);
}
