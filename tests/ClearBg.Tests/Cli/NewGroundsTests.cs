using System.Globalization;
using System.Text.Json;
using ClearBg.Evaluation;
using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Tests.Evaluation;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Cli;

/// <summary>
/// What <c>evaluate</c> lays cut-outs on, told by the error of colour: the picture <c>b</c> is a white plate of 20 × 20 pixels on black, found whole, of which the true matte has a
/// quarter. In the rest of it white stands where the new ground should be.
/// </summary>
public sealed class NewGroundsTests : IDisposable
{
    private const int Width = 64;
    private const int Height = 48;

    private readonly BufferPool _pool = new(0);
    private readonly Terminal _terminal = new();

    public NewGroundsTests()
    {
        var model = new BrightnessModel { Width = Width, Height = Height, Scale = 2 };
        model.Write(_terminal.Folder);
        _terminal.Configure(JsonSerializer.Serialize(new { Segmentation = new { Model = model.Name, Folder = _terminal.Folder["models"] } }));
        Add("b", 3, static (x, y, _) => IsOn(x, y, 20) ? 255 : 0);
    }

    public void Dispose()
    {
        _terminal.Dispose();
        _pool.Dispose();
    }

    /// <summary>There the ground is black: the mirrored plate begins right of the band.</summary>
    [Fact]
    public async Task The_only_picture_lies_on_itself_mirrored() => await AssertGroundAsync(0);

    /// <summary>Unmirrored it would be as white as the plate.</summary>
    [Fact]
    public async Task What_is_transparent_in_the_only_picture_is_grey()
    {
        Add("b", 4, static (x, y, band) => band == 3 ? x < Width / 2 ? 255 : 0 : IsOn(x, y, 20) ? 255 : 0);

        await AssertGroundAsync(128);
    }

    [Fact]
    public async Task The_next_picture_is_the_ground_and_after_the_last_the_first()
    {
        Add("a", 3, static (_, _, _) => 20);
        await AssertGroundAsync(20);

        Add("c", 3, static (_, _, _) => 30);
        await AssertGroundAsync(30);
    }

    /// <summary>Three times as wide: its middle third is seen, at twice its size.</summary>
    [Fact]
    public async Task A_picture_of_another_shape_covers_from_its_middle()
    {
        Add("c", 3, static (x, _, _) => x is >= 30 and < 66 ? 40 : 220, width: 96, height: 24);

        await AssertGroundAsync(40);
    }

    /// <summary>Whether it has a matte, or fails for another reason, has no part in it.</summary>
    [Fact]
    public async Task A_picture_that_fails_is_a_ground_where_it_can_be_read()
    {
        Add("c", 3, static (_, _, _) => 50);
        File.Delete(_terminal.Folder["mattes", "c.png"]);

        await AssertGroundAsync(50, code: 1);
    }

    [Fact]
    public async Task What_cannot_be_read_is_passed_over()
    {
        Add("c", 3, static (x, y, band) => (x * y) + band);
        Add("d", 3, static (_, _, _) => 60);
        var file = await File.ReadAllBytesAsync(_terminal.Folder["images", "c.png"]);
        foreach (var bytes in (byte[][])[[], [.. "text"u8], file[..^40]])
        {
            await File.WriteAllBytesAsync(_terminal.Folder["images", "c.png"], bytes);
            await AssertGroundAsync(60, code: 1);
        }
    }

    [Fact]
    public async Task What_is_transparent_in_the_next_picture_is_grey()
    {
        Add("c", 4, static (_, _, band) => band == 3 ? 0 : 250);

        await AssertGroundAsync(128);
    }

    /// <summary>The plate is (255, 140, 140) in sRGB, 55 and 60 from the ground. In Display P3 the same light has other numbers, nearer to it.</summary>
    [Fact]
    public async Task A_picture_in_another_profile_is_laid_on_in_srgb()
    {
        Add("c", 3, static (_, _, _) => 200);
        using var plate = Pictures.Paint(_pool, Width, Height, 3, static (x, y, band) => !IsOn(x, y, 20) ? 0 : band == 0 ? 255 : 140);
        using var image = plate.AsVips();
        using var wide = VipsOperation.Apply("icc_transform", image, ("output-profile", "p3"), ("input-profile", "srgb"));
        using var converted = Raster.From(_pool, wide, CancellationToken.None);
        _terminal.Folder.Write(Path.Combine("images", "b.png"), Pictures.Encode(Encoder.WritePng, converted, new PictureMetadata(wide.IccProfile, 1, 1)));

        await AssertErrorAsync((55 + 60 + 60) / 3.0, tolerance: 0.5);
    }

    private Task AssertGroundAsync(int level, int code = 0) => AssertErrorAsync(255 - level, code);

    /// <param name="levels">How far the plate is from the ground.</param>
    /// <param name="code">Exit code.</param>
    /// <param name="tolerance">Levels.</param>
    private async Task AssertErrorAsync(double levels, int code = 0, double tolerance = 1e-6)
    {
        var json = _terminal.Folder["figures.json"];

        var ran = await _terminal.RunAsync("evaluate", _terminal.Folder["images"], _terminal.Folder["mattes"], "--per-image", "--json", json);

        Assert.True(code == ran.Code, ran.Error);
        using var coverage = Mattes.Paint(_pool, Width, Height, static (x, y, _, _) => IsOn(x, y, 10) ? 1 : 0);
        var band = EdgeBand.Around(coverage, Mask.Foreground(coverage));
        var wrong = Enumerable.Range(0, Width * Height).Count(i => band.Pixels[i] && IsOn(i % Width, i / Width, 20) && !IsOn(i % Width, i / Width, 10));
        var expected = levels * wrong / band.Count;
        using var figures = JsonDocument.Parse(await File.ReadAllBytesAsync(json));
        var colour = figures.RootElement.GetProperty("pictures").EnumerateArray().Single(static picture => picture.GetProperty("name").GetString() == "b").GetProperty("colour");
        Assert.Equal(expected, colour.GetProperty("unmixed").GetDouble(), tolerance);
        Assert.Equal(expected, colour.GetProperty("asTaken").GetDouble(), tolerance);
        var cells = ran.Output.Split(Environment.NewLine).Single(static line => line.StartsWith("b\t", StringComparison.Ordinal)).Split('\t');
        Assert.Equal([expected, expected], cells[^2..].Select(static cell => double.Parse(cell, CultureInfo.InvariantCulture)), (one, other) => Math.Abs(one - other) <= tolerance + 0.005001);
    }

    private static bool IsOn(int x, int y, int side) => x >= 10 && y >= 10 && x < 10 + side && y < 10 + side;

    private void Add(string name, int bands, Func<int, int, int, double> paint, int width = Width, int height = Height)
    {
        using var picture = Pictures.Paint(_pool, width, height, bands, paint);
        using var matte = Pictures.Paint(_pool, width, height, 1, static (x, y, _) => IsOn(x, y, 10) ? 255 : 0);
        _terminal.Folder.Write(Path.Combine("images", $"{name}.png"), Pictures.Encode(Encoder.WritePng, picture));
        _terminal.Folder.Write(Path.Combine("mattes", $"{name}.png"), Pictures.Encode(Encoder.WritePng, matte));
    }
}
