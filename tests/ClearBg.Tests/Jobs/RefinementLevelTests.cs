using System.Buffers.Binary;
using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Segmentation.Refinement;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Jobs;

/// <summary>What a level of care does to an answer's matte, whoever asks for it: a model that sees the left three quarters of two discs, and misses the smaller.</summary>
public sealed class RefinementLevelTests : IDisposable
{
    private const int Width = 800;
    private const int Height = 600;

    // Half as bright, in faded surroundings, is bright enough for it.
    private static readonly BrightnessModel Blind = new() { Scale = 2.2f, Seen = 48 };

    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Fact]
    public async Task Each_level_comes_nearer_to_the_truth_than_the_one_before()
    {
        await using var removal = new Removal(Blind);
        using var truth = Matte(Discs(255));

        var errors = new List<double>();
        foreach (var level in Enum.GetValues<RefinementLevel>())
        {
            using var matte = Matte(await RunAsync(removal, Discs(240), level));
            errors.Add(Pictures.Difference(truth, matte).Mean);
        }

        Assert.Equal(errors.Distinct().OrderDescending(), errors);
    }

    /// <summary>The mean of both would leave at half what only one of them saw; a second one that wasn't turned back would show it in another place.</summary>
    [Fact]
    public async Task The_best_is_all_that_the_model_sees_in_the_picture_or_in_its_mirror_image()
    {
        await using var removal = new Removal(Blind);

        using var fine = Matte(await RunAsync(removal, Discs(240), RefinementLevel.Fine));
        using var best = Matte(await RunAsync(removal, Discs(240), RefinementLevel.Best));

        Assert.Equal((255, 0, 0), At(fine));
        Assert.Equal((255, 255, 0), At(best));

        static (int Large, int Small, int MirrorOfSmall) At(Raster matte) => (matte.Row(350)[250], matte.Row(150)[720], matte.Row(150)[80]);
    }

    /// <summary>A disc with a tail, whose end only the mirror image shows the model. The picture is too small for more to be done about it.</summary>
    [Fact]
    public async Task The_second_matte_of_the_best_is_of_a_picture_with_faded_surroundings()
    {
        await using var removal = new Removal(Blind);
        var picture = Picture(128, 96, static (x, y) => IsIn(x - 30, y - 48, 20) ? 240 : x > 30 && Math.Abs(y - 48) < 8 ? 100 : 0);

        var answer = await RunAsync(removal, picture, RefinementLevel.Best);

        using var decoded = new Decoder(_pool).Decode(PictureFormat.Png, answer, (128, 96), CancellationToken.None);
        var row = decoded.Pixels.Row(48).ToArray();
        Assert.Equal(255, row[3 * 30]);
        Assert.InRange(row[3 * 80], 215, 225);
        Assert.InRange(row[3 * 120], 105, 115);
    }

    /// <summary>Shorter side, the subject's share of the picture, and how sure the model is of it.</summary>
    [Theory]
    [InlineData(132, 99, 1.05, 1)]
    [InlineData(800, 600, 1.05, 0.3)]
    [InlineData(800, 600, 0.6, 1)]
    public async Task Where_the_gate_says_no_every_level_gives_the_same(int width, int height, float scale, double size)
    {
        await using var removal = new Removal(new BrightnessModel { Scale = scale });
        var picture = Disc(width, height, size);

        var none = await RunAsync(removal, picture, RefinementLevel.None);

        foreach (var level in (RefinementLevel[])[RefinementLevel.Fast, RefinementLevel.Fine, RefinementLevel.Best])
        {
            Assert.Equal(none, await RunAsync(removal, picture, level));
        }
    }

    /// <summary>What the gate admits is beside what it does not: or the test of that would hold of anything.</summary>
    [Theory]
    [InlineData(133, 100, 1.05, 1)]
    [InlineData(660, 499, 1.05, 1)]
    [InlineData(800, 600, 1.05, 0.6)]
    [InlineData(800, 600, 1.05, 1)]
    public async Task Where_the_gate_says_yes_the_levels_differ(int width, int height, float scale, double size)
    {
        await using var removal = new Removal(new BrightnessModel { Scale = scale });
        var picture = Disc(width, height, size);

        RefinementLevel[] levels = [RefinementLevel.None, RefinementLevel.Fast, RefinementLevel.Fine];
        var answers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var level in levels)
        {
            answers.Add(Convert.ToBase64String(await RunAsync(removal, picture, level)));
        }

        Assert.Equal(levels.Length, answers.Count);
    }

    /// <summary>What is asked for is smaller than what counts as small; what came is not.</summary>
    [Fact]
    public async Task A_preview_of_a_large_picture_is_refined()
    {
        await using var removal = new Removal(Blind);

        var none = await RunAsync(removal, Discs(240), RefinementLevel.None, SizeTier.Preview);
        var fine = await RunAsync(removal, Discs(240), RefinementLevel.Fine, SizeTier.Preview);

        Assert.Equal(577, BinaryPrimitives.ReadInt32BigEndian(fine.AsSpan(16)));
        Assert.NotEqual(none, fine);
    }

    [Theory]
    [InlineData(null, nameof(RefinementLevel.Fine))]
    [InlineData("none", nameof(RefinementLevel.None))]
    [InlineData("Best", nameof(RefinementLevel.Best))]
    public async Task A_jobs_level_goes_before_the_settings_and_that_before_fine(string? setting, string expected)
    {
        await using var removal = new Removal(Blind, setting is null ? [] : [("Segmentation:Refinement", setting)]);
        await using var plain = new Removal(Blind);

        Assert.Equal(await RunAsync(plain, Discs(240), Enum.Parse<RefinementLevel>(expected)), await RunAsync(removal, Discs(240), null));
        Assert.Equal(await RunAsync(plain, Discs(240), RefinementLevel.Fast), await RunAsync(removal, Discs(240), RefinementLevel.Fast));
    }

    private static async Task<byte[]> RunAsync(Removal removal, byte[] picture, RefinementLevel? level, SizeTier size = SizeTier.Auto) =>
        (await removal.RunAsync(picture, new RemovalOptions { Channels = OutputChannels.Alpha, Refinement = level, Size = size })).Content;

    private Raster Matte(byte[] png)
    {
        using var decoded = new Decoder(_pool).Decode(PictureFormat.Png, png, (Width, Height), CancellationToken.None);
        return Pictures.Paint(_pool, Width, Height, 1, (x, y, _) => decoded.Pixels.Row(y)[3 * x]);
    }

    /// <summary>A large disc on the left and a small one on the right.</summary>
    private static byte[] Discs(int level) => Picture(Width, Height, (x, y) => IsIn(x - 250, y - 350, 150) || IsIn(x - 720, y - 150, 50) ? level : 0);

    /// <summary>One disc in the middle, and its size against a quarter of the shorter side.</summary>
    private static byte[] Disc(int width, int height, double size) =>
        Picture(width, height, (x, y) => IsIn(x - (width / 2), y - (height / 2), size * Math.Min(width, height) / 4) ? 240 : 0);

    private static bool IsIn(int x, int y, double radius) => (x * x) + (y * y) < radius * radius;

    private static byte[] Picture(int width, int height, Func<int, int, int> level)
    {
        using var pool = new BufferPool(0);
        using var raster = Pictures.Paint(pool, width, height, 3, (x, y, _) => level(x, y));
        return Pictures.Encode(Encoder.WritePng, raster);
    }
}
