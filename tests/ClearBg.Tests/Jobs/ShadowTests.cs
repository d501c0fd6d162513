using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Segmentation.Refinement;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Jobs;

/// <summary>Shadows by what is true of each: their colour, their bound, where they lie.</summary>
public sealed class ShadowTests : IAsyncLifetime, IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly Removal _removal = new(new BrightnessModel { Width = 300, Height = 300, Scale = 1.05f });

    public static TheoryData<string> Kinds => [.. Enum.GetNames<ShadowKind>()];

    public async Task InitializeAsync() => await _removal.Model.LoadedAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _removal.DisposeAsync();

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Is_black_no_darker_than_asked_and_leaves_the_subject_alone(string kind)
    {
        var picture = Pictures.Plate(200, 120);
        using var without = (await _removal.RunAsync(picture, new RemovalOptions { Refinement = RefinementLevel.None })).Decode(_pool);
        using var with = (await _removal.RunAsync(picture, Shadowed(kind, 0.4) with { Refinement = RefinementLevel.None })).Decode(_pool);

        var (shaded, darkest) = (0, 0);
        for (var i = 0; i < 200 * 120; i++)
        {
            var before = without.Pixels.Samples.Slice(4 * i, 4);
            var after = with.Pixels.Samples.Slice(4 * i, 4);
            if (before[3] == 255)
            {
                Assert.Equal(before.ToArray(), after.ToArray());
            }
            else if (before[3] == 0)
            {
                Assert.Equal([0, 0, 0], after[..3].ToArray());
                (shaded, darkest) = (shaded + (after[3] > 0 ? 1 : 0), Math.Max(darkest, after[3]));
            }
            else
            {
                Assert.InRange(after[3], before[3], 255);
            }
        }

        Assert.InRange(shaded, 100, 200 * 120);
        Assert.InRange(darkest, 10, 102);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_no_opacity_changes_no_byte(string kind)
    {
        var picture = Pictures.Plate(200, 120);

        Assert.Equal((await _removal.RunAsync(picture, new RemovalOptions())).Content, (await _removal.RunAsync(picture, Shadowed(kind, 0))).Content);
    }

    /// <summary>Middle of the shadow's darkness from the middle of the subject, in shares of the subject: a little below; at the ground; behind and to the right.</summary>
    [Theory]
    [InlineData(nameof(ShadowKind.Drop), -0.01, 0.01, 0.04, 0.06)]
    [InlineData(nameof(ShadowKind.Car), -0.01, 0.01, 0.44, 0.52)]
    [InlineData(nameof(ShadowKind.Cast), 0.15, 0.3, 0.3, 0.45)]
    public void Lies_where_its_kind_says(string kind, double left, double right, double top, double bottom)
    {
        var (x, y, _) = ShadowOf(300, 300, new Box(90, 110, 80, 80), kind);

        Assert.InRange(x, left, right);
        Assert.InRange(y, top, bottom);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Goes_with_the_subjects_place_and_size(string kind)
    {
        var (x, y, area) = ShadowOf(300, 300, new Box(90, 110, 80, 80), kind);

        foreach (var other in new[] { ShadowOf(300, 300, new Box(61, 153, 80, 80), kind), ShadowOf(1_200, 1_200, new Box(360, 440, 320, 320), kind) })
        {
            Assert.InRange(other.X, x - 0.005, x + 0.005);
            Assert.InRange(other.Y, y - 0.005, y + 0.005);
            Assert.InRange(other.Area / area, 0.98, 1.02);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Follows_scale_and_position(string kind)
    {
        var picture = PlateAt(300, 300, new Box(90, 110, 80, 80));
        var options = Shadowed(kind, 1) with { Scale = 0.2, Position = new Position(0.25, 0.25) };

        using var answer = (await _removal.RunAsync(picture, options)).Decode(_pool);

        // The subject is 60 at 60, 60; nothing is far from it.
        for (var i = 0; i < 300 * 300; i++)
        {
            if (i % 300 < 20 || i % 300 > 210 || i / 300 < 20 || i / 300 > 160)
            {
                Assert.Equal(0, answer.Pixels.Samples[(4 * i) + 3]);
            }
        }

        Assert.InRange(answer.Pixels.Row(90)[(4 * 90) + 3], 250, 255);
    }

    [Fact]
    public async Task Of_a_subject_that_the_lower_edge_cuts_is_not_laid_on_the_ground()
    {
        var picture = PlateAt(300, 300, new Box(90, 150, 80, 150));

        Assert.Equal((await _removal.RunAsync(picture, Shadowed("Drop", 0.5))).Content, (await _removal.RunAsync(picture, Shadowed("Cast", 0.5))).Content);
    }

    /// <summary>Below a car with two wheels it is dark between them, and light above the axle beside the car.</summary>
    [Fact]
    public async Task Of_a_car_fills_the_ground_between_the_wheels()
    {
        using var painted = Pictures.Paint(_pool, 640, 320, 3, static (x, y, band) =>
            (x is >= 120 and < 520 && y is >= 120 and < 200) || (x is (>= 160 and < 220) or (>= 420 and < 480) && y is >= 200 and < 220) ? 255 - (band * x % 3) : 0);

        using var answer = (await _removal.RunAsync(Pictures.Encode(Encoder.WritePng, painted), Shadowed("Car", 1))).Decode(_pool);

        byte At(int x, int y) => answer.Pixels.Row(y)[(4 * x) + 3];
        Assert.InRange(At(320, 212), 200, 255);
        Assert.InRange(At(320, 212) - At(320, 228), 60, 255);
        Assert.InRange(At(190, 224), At(320, 224) + 1, 255);
        Assert.InRange(At(110, 212), 1, 200);
        Assert.Equal(0, At(60, 212));
        Assert.Equal(0, At(110, 150));
        Assert.Equal(0, At(320, 300));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Darkens_a_background_and_means_nothing_for_a_matte(string kind)
    {
        var picture = Pictures.Plate(200, 120);
        foreach (var plain in new[] { new RemovalOptions { Format = OutputFormat.Zip }, new RemovalOptions { Channels = OutputChannels.Alpha } })
        {
            Assert.Equal((await _removal.RunAsync(picture, plain)).Content, (await _removal.RunAsync(picture, plain with { Shadow = Shadowed(kind, 1).Shadow })).Content);
        }

        var red = new RemovalOptions { Background = new Rgba(250, 0, 0) };
        using var bright = (await _removal.RunAsync(picture, red)).Decode(_pool);
        using var dark = (await _removal.RunAsync(picture, red with { Shadow = new Shadow(Enum.Parse<ShadowKind>(kind)) })).Decode(_pool);
        Assert.Equal(3, dark.Pixels.Bands);
        var darker = 0;
        for (var i = 0; i < dark.Pixels.Samples.Length; i++)
        {
            Assert.InRange(dark.Pixels.Samples[i], 0, bright.Pixels.Samples[i]);
            darker += dark.Pixels.Samples[i] < bright.Pixels.Samples[i] ? 1 : 0;
        }

        Assert.InRange(darker, 100, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Breaks_on_no_subject_however_small_or_thin_and_at_no_edge(string kind)
    {
        foreach (var (width, height) in new[] { (1, 1), (1, 300), (3_000, 2), (2, 2), (40, 40) })
        {
            using var painted = Pictures.Paint(_pool, width, height, 3, static (_, _, _) => 220);
            var picture = Pictures.Encode(Encoder.WritePng, painted);
            var hundred = new Length(500, false);
            var margins = new Margins(hundred, hundred, hundred, hundred);
            foreach (var options in new[] { Shadowed(kind, 1), Shadowed(kind, 1) with { Crop = true, CropMargin = margins }, Shadowed(kind, 1) with { Scale = 0.1 } })
            {
                await _removal.RunAsync(picture, options);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stops_when_it_is_cancelled_and_gives_every_buffer_back(string kind)
    {
        using var matte = Pictures.Paint(_pool, 90, 90, 1, static (x, y, _) => x is > 20 and < 60 && y is > 20 and < 60 ? 255 : 0);
        using var canvas = new Compositor(_pool).Canvas(90, 90, null);
        var all = new Box(0, 0, 90, 90);

        Assert.ThrowsAny<OperationCanceledException>(() => new ShadowCaster(new Resizer(_pool), _pool).Draw(
            Shadowed(kind, 1).Shadow!, matte, new Box(21, 21, 39, 39), new Layout(90, 90, all, all), canvas, new CancellationToken(canceled: true)));
    }

    private static RemovalOptions Shadowed(string kind, double opacity) => new() { Shadow = new Shadow(Enum.Parse<ShadowKind>(kind), opacity) };

    private byte[] PlateAt(int width, int height, Box box)
    {
        using var painted = Pictures.Paint(
            _pool, width, height, 3, (x, y, band) => x >= box.Left && x < box.Right && y >= box.Top && y < box.Bottom ? 255 - (band * x % 3) : 0);
        return Pictures.Encode(Encoder.WritePng, painted);
    }

    /// <summary>
    /// Where the middle of a shadow's darkness lies from the middle of the subject, and how much darkness there is, in shares of the subject's size; what the subject
    /// will hide counts too.
    /// </summary>
    private (double X, double Y, double Area) ShadowOf(int width, int height, Box box, string kind)
    {
        using var matte = Pictures.Paint(_pool, width, height, 1, (x, y, _) => x >= box.Left && x < box.Right && y >= box.Top && y < box.Bottom ? 255 : 0);
        using var canvas = new Compositor(_pool).Canvas(width, height, null);
        var all = new Box(0, 0, width, height);
        new ShadowCaster(new Resizer(_pool), _pool).Draw(Shadowed(kind, 1).Shadow!, matte, box, new Layout(width, height, all, all), canvas, CancellationToken.None);
        var (across, down, sum) = (0.0, 0.0, 0.0);
        for (var i = 0; i < width * height; i++)
        {
            double darkness = canvas.Samples[(4 * i) + 3];
            (across, down, sum) = (across + (darkness * ((i % width) + 0.5)), down + (darkness * ((i / width) + 0.5)), sum + darkness);
        }

        return (
            ((across / sum) - box.Left - (box.Width / 2.0)) / box.Width, ((down / sum) - box.Top - (box.Height / 2.0)) / box.Height, sum / 255 / box.Width / box.Height);
    }
}
