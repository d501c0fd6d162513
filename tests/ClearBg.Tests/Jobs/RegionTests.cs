using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Jobs;

/// <summary>What a region of interest does to an answer.</summary>
public sealed class RegionTests : IAsyncLifetime, IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly Removal _removal = new(new BrightnessModel { Scale = 1.05f });
    private readonly byte[] _picture = Pictures.Plate(200, 120);

    public async Task InitializeAsync() => await _removal.Model.LoadedAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _removal.DisposeAsync();

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    private static Region Px(double left, double top, double right, double bottom) => new(new(left, false), new(top, false), new(right, false), new(bottom, false));

    [Fact]
    public async Task Outside_is_background_up_to_a_hard_border_and_inside_nothing_changes()
    {
        using var whole = (await _removal.RunAsync(_picture, new RemovalOptions())).Decode(_pool);
        var answer = await _removal.RunAsync(_picture, new RemovalOptions { Region = Px(90, 50, 120, 70) });
        using var part = answer.Decode(_pool);

        for (var y = 0; y < 120; y++)
        {
            for (var x = 0; x < 200; x++)
            {
                byte[] expected = x is >= 90 and < 120 && y is >= 50 and < 70 ? whole.Pixels.Row(y).Slice(4 * x, 4).ToArray() : [0, 0, 0, 0];
                Assert.Equal(expected, part.Pixels.Row(y).Slice(4 * x, 4).ToArray());
            }
        }

        Assert.Equal(new Box(90, 50, 30, 20), answer.Result.Foreground);
        Assert.Equal(255, part.Pixels.Row(50)[(4 * 90) + 3]);
    }

    [Fact]
    public async Task The_whole_picture_as_region_changes_no_byte()
    {
        var all = new Region(new(0, true), new(0, true), new(1, true), new(1, true));

        Assert.Equal((await _removal.RunAsync(_picture, new RemovalOptions())).Content, (await _removal.RunAsync(_picture, new RemovalOptions { Region = all })).Content);
    }

    [Fact]
    public async Task It_is_meant_in_the_picture_as_sent_however_small_the_answer()
    {
        using var painted = Pictures.Paint(_pool, 1_600, 1_200, 3, static (x, y, band) => x is >= 400 and < 1_200 && y is >= 300 and < 900 ? 255 - (band * x % 3) : 0);

        var answer = await _removal.RunAsync(Pictures.Encode(Encoder.WritePng, painted), new RemovalOptions { Size = SizeTier.Preview, Region = Px(800, 600, 1_600, 1_200) });

        Assert.Equal((577, 433), (answer.Result.Width, answer.Result.Height));
        Assert.Equal((289, 217), (answer.Result.Foreground.Left, answer.Result.Foreground.Top));
        Assert.InRange(answer.Result.Foreground.Right, 425, 441);
    }

    /// <summary>Six pixels of a picture of two thousand are next to nothing to a model of 64; the region alone shows them large.</summary>
    [Fact]
    public async Task What_the_whole_picture_does_not_show_is_looked_for_in_the_region_alone()
    {
        using var painted = Pictures.Paint(_pool, 2_000, 2_000, 3, static (x, y, band) => x is >= 1_000 and < 1_006 && y is >= 1_500 and < 1_506 ? 255 - (band * x % 3) : 0);
        var picture = Pictures.Encode(Encoder.WritePng, painted);

        Assert.Equal(FailureCode.UnknownForeground, (await _removal.TryAsync(picture, new RemovalOptions())).Failure?.Code);
        var found = (await _removal.RunAsync(picture, new RemovalOptions { Region = Px(960, 1_460, 1_040, 1_540) })).Result.Foreground;

        Assert.InRange(found.Left, 998, 1_001);
        Assert.InRange(found.Top, 1_498, 1_501);
        Assert.InRange(found.Width, 5, 9);
        Assert.InRange(found.Height, 5, 9);
    }

    [Fact]
    public async Task A_region_without_a_subject_has_no_foreground() =>
        Assert.Equal(FailureCode.UnknownForeground, (await _removal.TryAsync(_picture, new RemovalOptions { Region = Px(0, 0, 20, 20) })).Failure?.Code);

    [Fact]
    public async Task A_wrong_one_is_refused_before_there_is_room_for_the_picture()
    {
        await using var full = new Removal(new BrightnessModel(), ("Admission:Megapixels", "1"), ("Admission:QueuedMegapixels", "0"));
        using var all = await full.Gate.EnterAsync(1, CancellationToken.None);

        Assert.Equal(FailureCode.RegionExceedsBounds, (await full.TryAsync(_picture, new RemovalOptions { Region = Px(0, 0, 201, 120) })).Failure?.Code);
        Assert.Equal(FailureCode.RegionEmpty, (await full.TryAsync(_picture, new RemovalOptions { Region = Px(20, 0, 20, 120) })).Failure?.Code);
        Assert.Equal(FailureCode.Overloaded, (await full.TryAsync(_picture, new RemovalOptions { Region = Px(0, 0, 200, 120) })).Failure?.Code);
    }
}
