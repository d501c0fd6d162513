using System.Globalization;
using System.Text.Json;
using ClearBg.Cli;
using ClearBg.Evaluation;
using ClearBg.Imaging;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Cli;

/// <summary>The verb with a model whose matte is known: a picture's brightness.</summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private const int Width = 64;
    private const int Height = 48;

    private readonly BufferPool _pool = new(0);
    private readonly Terminal _terminal = new();
    private readonly string _images;
    private readonly string _mattes;

    public EvaluateCommandTests()
    {
        (_images, _mattes) = (_terminal.Folder["images"], _terminal.Folder["mattes"]);
        Directory.CreateDirectory(_images);
        Directory.CreateDirectory(_mattes);
        Configure(new BrightnessModel { Width = Width, Height = Height });
    }

    public void Dispose()
    {
        _terminal.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task Without_a_manifest_there_is_one_line_for_all()
    {
        Add("one", 20, 20);
        Add("two", 20, 20);

        var ran = await RunAsync();

        Assert.Equal(0, ran.Code);
        Assert.Equal("all\t2\t0.0000\t1.0000\t1.0000", string.Join('\t', Assert.Single(Lines(ran)).Split('\t')[..5]));
        Assert.Equal(11, Lines(ran)[0].Split('\t').Length);
        Assert.EndsWith($"2 done, 0 skipped, 0 failed.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_gives_a_line_for_each_group_and_each_picture_has_one_when_asked()
    {
        Add("one", 20, 20);
        Add("two", 20, 10);
        Add("three", 20, 20);
        var manifest = Write("manifest.json", """[{ "name": "one", "kind": "mask", "cat": "b" }, { "name": "two", "kind": "mask", "cat": "a" }]""");

        var ran = await RunAsync("--manifest", manifest, "--per-image");

        Assert.Equal(0, ran.Code);
        Assert.Equal(
            ["one\tmask/b\t", "three\tother\t", "two\tmask/a\t", "", "mask/a\t1\t", "mask/b\t1\t", "other\t1\t", "all\t3\t"],
            Lines(ran).Select(static line => line.Length == 0 ? "" : string.Join('\t', line.Split('\t')[..2]) + '\t'));
        Assert.Equal(Cell(ran, 2, 3), Cell(ran, 4, 3));
        Assert.InRange(double.Parse(Cell(ran, 2, 3), CultureInfo.InvariantCulture), 0.2, 0.3);
    }

    [Fact]
    public async Task The_matte_is_that_of_the_cut_out_at_the_pictures_own_size()
    {
        using var raster = Pictures.Asymmetric(_pool, 201, 90);
        var photo = _terminal.Folder.Write(Path.Combine("images", "photo.png"), Pictures.Encode(Encoder.WritePng, raster));
        WriteMatte("mattes", "photo", 201, 90, 20);

        var ran = await RunAsync("--save", _terminal.Folder["saved"]);
        var removed = await _terminal.RunAsync("remove", photo, "--channels", "alpha", "-o", _terminal.Folder["alpha.png"]);

        Assert.Equal((0, 0), (ran.Code, removed.Code));
        using var saved = Decode(_terminal.Folder["saved", "photo.png"]);
        using var alpha = Decode(_terminal.Folder["alpha.png"]);
        Assert.Equal((0, 0), Pictures.Difference(alpha.Pixels, saved.Pixels));
    }

    [Fact]
    public async Task Mattes_saved_before_are_a_reference_that_a_second_run_agrees_with()
    {
        Add("one", 20, 20);
        Add("two", 20, 20);
        var saved = _terminal.Folder["saved"];

        await RunAsync("--save", saved);
        var ran = await RunAsync("--reference", saved);

        Assert.Equal(0, ran.Code);
        Assert.Equal("0.0000\t\t0.0000\t0.00\t0.00", string.Join('\t', Lines(ran)[0].Split('\t')[9..]));
        Assert.Equal(["", "2\t1.0000\t1.0000\tone\t0.0000"], Lines(ran)[1..]);
    }

    [Fact]
    public async Task Another_models_mattes_differ_and_the_worst_picture_is_named()
    {
        Add("bright", 20, 20, level: 200);
        Add("dark", 20, 20, level: 135);
        var saved = _terminal.Folder["saved"];
        var json = _terminal.Folder["figures.json"];
        await RunAsync("--save", saved);

        // Darker by a fifth: the dark picture's matte falls below one half.
        Configure(new BrightnessModel { Width = Width, Height = Height, Scale = 0.8f });
        var ran = await RunAsync("--reference", saved, "--json", json, "--per-image");

        Assert.Equal(0, ran.Code);
        Assert.Equal(("bright", "1.0000", "dark", "0.0000"), (Cell(ran, 0, 0), Cell(ran, 0, 12), Cell(ran, 1, 0), Cell(ran, 1, 12)));
        Assert.Equal(("0.0000", "-1.0000"), (Cell(ran, 0, 11), Cell(ran, 1, 11)));
        Assert.StartsWith("2\t0.5000\t0.0000\tdark\t", Lines(ran)[^1], StringComparison.Ordinal);
        using var figures = JsonDocument.Parse(await File.ReadAllBytesAsync(json));
        Assert.Equal("dark", figures.RootElement.GetProperty("agreement").GetProperty("worst").GetString());
        Assert.Equal(-0.5, figures.RootElement.GetProperty("all").GetProperty("iouDifference").GetDouble(), 1e-9);
        Assert.Equal(2, figures.RootElement.GetProperty("pictures").GetArrayLength());
    }

    [Theory]
    [InlineData(0.00504, 0.005, "0.0000\t+0.8")]
    [InlineData(0.004, 0.005, "-0.0010\t-20.0")]
    [InlineData(0.005, 0.005, "0.0000\t0.0")]
    [InlineData(0.005, 0, "+0.0050\t")]
    [InlineData(0, 0, "0.0000\t")]
    public void The_difference_of_MAE_is_told_in_percent_of_the_references_too(double mae, double reference, string expected)
    {
        using var output = new StringWriter();
        var picture = new PictureScore("a", "x", new(mae, 1, 1, 1, 1, 1, 1), default, new(reference, 1, 1, 0));

        EvaluationTable.Write(output, EvaluationResult.Of([picture, picture with { Name = "b" }]), perPicture: false, onTerminal: false);

        Assert.Equal($"{expected}\t0.0000", string.Join('\t', output.ToString().Split(Environment.NewLine)[0].Split('\t')[9..12]));
    }

    [Fact]
    public void A_table_is_drawn_on_a_terminal_and_reads_no_markup_in_names()
    {
        using var output = new StringWriter();
        var score = new MatteScore(0.5, 0.25, 0.125, 0.75, 0.5, 2.5, 0.5);

        EvaluationTable.Write(output, EvaluationResult.Of([new("a", "[x]", score, new(12.345, 67.891), null), new("b", "[/]", score, default, null)]), perPicture: false, onTerminal: true);

        Assert.All((string[])["Group", "[x]", "[/]", "all", "0.1250", "Colour", "12.35", "67.89"], cell => Assert.Contains(cell, output.ToString(), StringComparison.Ordinal));
    }

    /// <summary>Behind what a reference adds.</summary>
    [Theory]
    [InlineData(false, "a x 11 2.25 3.50", "all 2 11 2.25 3.50")]
    [InlineData(true, "a x 15 2.25 3.50", "all 2 14 2.25 3.50")]
    public void Errors_of_colour_are_the_last_columns(bool hasReference, string picture, string all)
    {
        using var output = new StringWriter();
        var score = new PictureScore("a", "x", new(0.5, 1, 1, 1, 1, 1, 1), new(2.25, 3.5), hasReference ? new(0.5, 1, 1, 0) : null);

        EvaluationTable.Write(output, EvaluationResult.Of([score, score with { Name = "b" }]), perPicture: true, onTerminal: false);

        Assert.All(output.ToString().Split(Environment.NewLine).Zip([picture, picture.Replace('a', 'b'), "", all]), static line => Assert.Equal(line.Second, Ends(line.First.Split('\t'))));

        static string Ends(string[] cells) => cells is [_] ? "" : $"{cells[0]} {cells[1]} {cells.Length} {cells[^2]} {cells[^1]}";
    }

    /// <summary>A disc that is large enough to be refined, of which the model makes blocks of ten pixels.</summary>
    [Fact]
    public async Task A_level_of_refinement_takes_the_place_of_the_settings()
    {
        foreach (var folder in (string[])["images", "mattes"])
        {
            _terminal.Folder.Write(Path.Combine(folder, "disc.png"), Pictures.Disc(640, 520, level: 255));
        }


        var fine = await RunAsync("--save", _terminal.Folder["fine"]);
        var none = await RunAsync("--refinement", "none", "--save", _terminal.Folder["none"]);
        var again = await RunAsync("--refinement", "Fine", "--reference", _terminal.Folder["fine"]);

        Assert.Equal((0, 0, 0), (fine.Code, none.Code, again.Code));
        Assert.True(Number(fine, 2) < Number(none, 2) / 2, $"{fine.Output}{none.Output}");
        using var drawn = Decode(_terminal.Folder["none", "disc.png"]);
        using var refined = Decode(_terminal.Folder["fine", "disc.png"]);
        Assert.NotEqual((0, 0), Pictures.Difference(drawn.Pixels, refined.Pixels));
        Assert.Equal(["", "1\t1.0000\t1.0000\tdisc\t0.0000"], Lines(again)[1..]);
    }

    [Fact]
    public async Task An_empty_matte_is_compared_like_any_other()
    {
        _terminal.Folder.Write(Path.Combine("images", "black.png"), Pictures.Disc(Width, Height, level: 0));
        WriteMatte("mattes", "black", Width, Height, 20);

        var ran = await RunAsync();

        Assert.Equal((0, "0.0000"), (ran.Code, Cell(ran, 0, 3)));
    }

    [Fact]
    public async Task A_picture_that_cannot_be_compared_is_said_and_leaves_the_others_alone()
    {
        Add("good", 20, 20);
        Add("alone", 20, 20);
        File.Delete(Path.Combine(_mattes, "alone.png"));
        Add("text", 20, 20);
        _terminal.Folder.Write(Path.Combine("images", "text.png"), "text"u8);
        Add("other-size", 20, 20);
        WriteMatte("mattes", "other-size", Width + 1, Height, 20);
        Add("twice", 20, 20);
        _terminal.Folder.Write(Path.Combine("images", "twice.jpg"), Pictures.Disc(Width, Height));

        var ran = await RunAsync();

        Assert.Equal((1, "all", "1"), (ran.Code, Cell(ran, 0, 0), Cell(ran, 0, 1)));
        Assert.Contains($"alone.png: There is no matte {Path.Combine(_mattes, "alone.png")}.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("text.png: The file is not a JPEG, PNG or WebP picture.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("is 65 × 48 pixels, the picture's own 64 × 48.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("twice.jpg: Another picture has the same name but for the extension.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("1 done, 0 skipped, 5 failed.", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_without_the_pictures_matte_fails_that_picture()
    {
        Add("one", 20, 20);
        Add("two", 20, 20);
        WriteMatte("reference", "one", Width, Height, 20);

        var ran = await RunAsync("--reference", _terminal.Folder["reference"]);

        Assert.Equal((1, "1"), (ran.Code, Cell(ran, 0, 1)));
        Assert.Contains($"There is no matte {_terminal.Folder["reference", "two.png"]}.", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_compare_exits_with_1_and_prints_no_table()
    {
        var ran = await RunAsync();

        Assert.Equal((1, ""), (ran.Code, ran.Output));
        Assert.Contains("holds no picture", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_paths_exit_with_2_and_are_all_said()
    {
        var file = Write("file", "");

        var ran = await _terminal.RunAsync("evaluate", _terminal.Folder["a"], _terminal.Folder["b"], "--reference", _terminal.Folder["c"], "--manifest", _terminal.Folder["d"], "--save", file);

        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.Equal(
            [
                $"There is no folder {_terminal.Folder["a"]}.", $"There is no folder {_terminal.Folder["b"]}.", $"There is no folder {_terminal.Folder["c"]}.",
                $"There is no manifest {_terminal.Folder["d"]}.", $"--save takes a folder, and {file} is a file.",
            ],
            ran.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("images")]
    [InlineData("mattes/")]
    [InlineData("mattes/../mattes")]
    public async Task Mattes_are_not_saved_over_what_they_are_compared_to(string save)
    {
        var ran = await RunAsync("--save", Path.Combine(_terminal.Folder.Path, save));

        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.StartsWith("--save takes a folder of its own", ran.Error, StringComparison.Ordinal);
    }

    /// <summary>A sheet took the place of a picture of its name, and beside the pictures it was one of them the next time.</summary>
    [Theory]
    [InlineData("images/one.png")]
    [InlineData("mattes/../mattes/one.png")]
    [InlineData("images/sheet.png")]
    public async Task A_sheet_is_not_written_among_what_is_compared(string sheet)
    {
        Add("one", 20, 20);
        var before = _terminal.Files();
        var picture = await File.ReadAllBytesAsync(_terminal.Folder["images", "one.png"]);

        var ran = await RunAsync("--sheet", Path.Combine(_terminal.Folder.Path, sheet));

        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.StartsWith("--sheet takes a file of another folder", ran.Error, StringComparison.Ordinal);
        Assert.Equal(before, _terminal.Files());
        Assert.Equal(picture, await File.ReadAllBytesAsync(_terminal.Folder["images", "one.png"]));
    }

    [Theory]
    [InlineData("Required argument missing")]
    [InlineData("Required argument missing", "images")]
    [InlineData("'--jsno' is no option. A folder of that name is './--jsno'.", "images", "--jsno")]
    [InlineData("--manifest takes a path.", "images", "mattes", "--manifest", "")]
    [InlineData("--sheet takes a path.", "images", "mattes", "--sheet", "")]
    [InlineData("--refinement is 'finest'; it must be none, fast, fine or best.", "images", "mattes", "--refinement", "finest")]
    [InlineData("--refinement is '3'; it must be none, fast, fine or best.", "images", "mattes", "--refinement", "3")]
    [InlineData("'more' is not an option or argument here.", "images", "mattes", "more")]
    public async Task A_wrong_command_line_exits_with_2_and_says_why(string sentence, params string[] args)
    {
        var ran = await _terminal.RunAsync(["evaluate", .. args]);

        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.StartsWith(sentence, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_manifest_exits_with_2()
    {
        Add("one", 20, 20);

        var ran = await RunAsync("--manifest", Write("manifest.json", "{}"));

        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.Contains("is not an array of objects with name, kind and cat", ran.Error, StringComparison.Ordinal);
    }

    private Task<Ran> RunAsync(params string[] args) => _terminal.RunAsync(["evaluate", _images, _mattes, .. args]);

    private static string[] Lines(Ran ran) => ran.Output.TrimEnd().Split(Environment.NewLine);

    private static double Number(Ran ran, int column) => double.Parse(Cell(ran, 0, column), CultureInfo.InvariantCulture);

    private static string Cell(Ran ran, int line, int column) => Lines(ran)[line].Split('\t')[column];

    /// <summary>A plate on black from 10, 10, at the model's own size, and the true matte of a plate.</summary>
    private void Add(string name, int side, int trueSide, int level = 255)
    {
        using var raster = Pictures.Paint(_pool, Width, Height, 3, (x, y, _) => IsOn(x, y, side) ? level : 0);

        // The brightness model never ends on a picture that is bright all over; these have black in them.
        _terminal.Folder.Write(Path.Combine("images", $"{name}.png"), Pictures.Encode(Encoder.WritePng, raster));
        WriteMatte("mattes", name, Width, Height, trueSide);
    }

    private void WriteMatte(string folder, string name, int width, int height, int side)
    {
        using var matte = Pictures.Paint(_pool, width, height, 1, (x, y, _) => IsOn(x, y, side) ? 255 : 0);
        _terminal.Folder.Write(Path.Combine(folder, $"{name}.png"), Pictures.Encode(Encoder.WritePng, matte));
    }

    private static bool IsOn(int x, int y, int side) => x >= 10 && y >= 10 && x < 10 + side && y < 10 + side;

    private string Write(string name, string text) => _terminal.Folder.Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    private DecodedPicture Decode(string path) => new Decoder(_pool).Decode(PictureFormat.Png, File.ReadAllBytes(path), (int.MaxValue, int.MaxValue), CancellationToken.None);

    private void Configure(BrightnessModel model)
    {
        model.Write(_terminal.Folder);
        _terminal.Configure(JsonSerializer.Serialize(new { Segmentation = new { Model = model.Name, Folder = _terminal.Folder["models"] } }));
    }
}
