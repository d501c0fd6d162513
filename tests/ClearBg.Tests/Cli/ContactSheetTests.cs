using System.Text.Json;
using ClearBg.Imaging;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Cli;

/// <summary>
/// <c>evaluate --sheet FILE</c>, read back: a row of 300 lines for each picture, with five cells of 400 columns. The model takes what is dark for background, what is
/// bright for subject, and what is halfway for half of both.
/// </summary>
public sealed class ContactSheetTests : IDisposable
{
    private const int CellWidth = 400;
    private const int CellHeight = 300;

    private static readonly (int Red, int Green, int Blue) Subject = (200, 250, 240);
    private static readonly (int Red, int Green, int Blue) Half = (100, 110, 96);
    private static readonly (int Red, int Green, int Blue) Ground = (0, 0, 40);

    private readonly BufferPool _pool = new(0);
    private readonly Terminal _terminal = new();

    public ContactSheetTests()
    {
        Directory.CreateDirectory(_terminal.Folder["images"]);
        var model = new BrightnessModel { Scale = 2, Offset = -0.3f };
        model.Write(_terminal.Folder);
        _terminal.Configure(JsonSerializer.Serialize(new { Segmentation = new { Model = model.Name, Folder = _terminal.Folder["models"] } }));
    }

    public void Dispose()
    {
        _terminal.Dispose();
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Fact]
    public async Task Shows_a_picture_and_its_matte_and_the_subject_on_white_on_black_and_on_a_new_ground()
    {
        Add("one", 64, 48);

        Assert.Equal(0, (await RunAsync()).Code);

        using var sheet = Sheet();
        Assert.Equal((5 * CellWidth, CellHeight), (sheet.Width, sheet.Height));
        Assert.Equal([Subject, (255, 255, 255), Subject, Subject, Subject], Cells(sheet, 100, 150));
        Assert.Equal([Ground, (0, 0, 0), (255, 255, 255), (0, 0, 0), Ground], Cells(sheet, 0, 0));
    }

    /// <summary>Whatever colour it is estimated to have: white shines through it by as much as the matte leaves, and so does the mirrored picture, which has the subject there.</summary>
    [Fact]
    public async Task Shows_through_what_covers_half()
    {
        Add("one", 64, 48);

        await RunAsync();

        using var sheet = Sheet();
        var cells = Cells(sheet, 300, 150);
        Assert.Equal(Half, cells[0]);
        Assert.InRange(cells[1].Red, 120, 135);
        Assert.Equal(cells[1].Red, cells[1].Blue);
        Assert.InRange(cells[2].Red - cells[3].Red - (255 - cells[1].Red), -1, 1);
        Assert.InRange(cells[2].Blue - cells[3].Blue - (255 - cells[1].Blue), -1, 1);
        Assert.InRange(cells[4].Red - cells[3].Red - (Subject.Red * (255 - cells[1].Red) / 255), -1, 1);
    }

    [Theory]
    [InlineData(90, 90, 300, 300)]
    [InlineData(40, 10, 400, 100)]
    [InlineData(900, 1200, 225, 300)]
    public async Task A_picture_of_another_shape_is_whole_and_what_is_left_is_grey(int width, int height, int shownWidth, int shownHeight)
    {
        Add("one", width, height);

        await RunAsync();

        using var sheet = Sheet();
        for (var cell = 0; cell < 5; cell++)
        {
            for (var y = 0; y < CellHeight; y++)
            {
                var grey = sheet.Row(y).Slice(3 * cell * CellWidth, 3 * CellWidth)[(y < shownHeight ? 3 * shownWidth : 0)..];
                Assert.Equal(-1, grey.IndexOfAnyExcept((byte)128));
            }
        }

        Assert.Equal(Ground, Cells(sheet, shownWidth - 1, shownHeight - 1)[0]);
        Assert.Equal(Subject, Cells(sheet, shownWidth / 4, shownHeight / 2)[3]);
    }

    /// <summary>In whatever order they were done; a file that is no picture leaves no row.</summary>
    [Fact]
    public async Task Rows_are_the_pictures_that_were_cut_out_by_name()
    {
        string[] names = ["e", "b", "f", "a", "d"];
        foreach (var name in names)
        {
            Add(name, 64, 48, ground: name[0] - 'a');
        }

        Add("c", 64, 48);
        _terminal.Folder.Write(Path.Combine("images", "c.png"), "text"u8);

        Assert.Equal(1, (await RunAsync()).Code);

        using var sheet = Sheet();
        Assert.Equal(5 * CellHeight, sheet.Height);
        Assert.Equal("abdef", Letters(cell: 0));

        // The next of them is the new ground.
        Assert.Equal("bdefa", Letters(cell: 4));

        string Letters(int cell) => string.Concat(Enumerable.Range(0, 5).Select(row => (char)('a' + Cells(sheet, 0, row * CellHeight)[cell].Red)));
    }

    [Fact]
    public async Task The_new_ground_covers_the_picture_from_its_middle()
    {
        Add("one", 64, 48);
        using var tall = Pictures.Paint(_pool, 30, 90, 3, static (_, y, band) => band == 1 ? 2 * y : 0);
        _terminal.Folder.Write(Path.Combine("images", "two.png"), Pictures.Encode(Encoder.WritePng, tall));

        Assert.Equal(1, (await RunAsync()).Code);

        using var sheet = Sheet();
        Assert.Equal(CellHeight, sheet.Height);

        // 30 columns fill 64, so of 90 rows 22.5 are seen: 34 to 56.
        Assert.InRange(Cells(sheet, 5, 2)[4].Green, 66, 72);
        Assert.InRange(Cells(sheet, 200, 2)[4].Green, 66, 72);
        Assert.InRange(Cells(sheet, 200, 150)[4].Green, 86, 92);
        Assert.InRange(Cells(sheet, 5, 297)[4].Green, 106, 114);
    }

    [Fact]
    public async Task A_folder_in_its_place_exits_with_1_after_the_table_and_stays()
    {
        Add("one", 64, 48);
        Directory.CreateDirectory(_terminal.Folder["sheet.png"]);

        var ran = await RunAsync();

        Assert.Equal(1, ran.Code);
        Assert.StartsWith("all\t1\t", ran.Output, StringComparison.Ordinal);
        Assert.Contains($"{_terminal.Folder["sheet.png"]} cannot be written: ", ran.Error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(_terminal.Folder["sheet.png"]));
        Assert.Empty(Directory.EnumerateFiles(_terminal.Folder.Path, ".clearbg-*"));
    }

    private Task<Ran> RunAsync() => _terminal.RunAsync("evaluate", _terminal.Folder["images"], _terminal.Folder["mattes"], "--sheet", _terminal.Folder["sheet.png"]);

    private Raster Sheet()
    {
        using var decoded = new Decoder(_pool).Decode(PictureFormat.Png, File.ReadAllBytes(_terminal.Folder["sheet.png"]), (int.MaxValue, int.MaxValue), CancellationToken.None);
        var sheet = new Raster(_pool, decoded.Pixels.Width, decoded.Pixels.Height, 3);
        decoded.Pixels.Samples.CopyTo(sheet.Samples);
        return sheet;
    }

    /// <summary>The same place in the picture, its matte, and its cut-out on white, on black and on a new ground.</summary>
    private static (int Red, int Green, int Blue)[] Cells(Raster sheet, int x, int y) =>
        [.. Enumerable.Range(0, 5).Select(cell => 3 * ((cell * CellWidth) + x)).Select(i => ((int)sheet.Row(y)[i], (int)sheet.Row(y)[i + 1], (int)sheet.Row(y)[i + 2]))];

    /// <summary>The subject from an eighth to three eighths of the width, what covers half from five to seven, and background around both; and some true matte.</summary>
    /// <param name="name">Without its extension.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="ground">How red the background is.</param>
    private void Add(string name, int width, int height, int ground = 0)
    {
        using var picture = Pictures.Paint(_pool, width, height, 3, (x, y, band) =>
        {
            var (red, green, blue) = y < height / 4 || y >= 3 * height / 4 ? Ground : (8 * x / width) switch { 1 or 2 => Subject, 5 or 6 => Half, _ => Ground };
            return band switch { 0 => red + ground, 1 => green, _ => blue };
        });
        using var matte = Pictures.Paint(_pool, width, height, 1, static (_, _, _) => 255);
        _terminal.Folder.Write(Path.Combine("images", $"{name}.png"), Pictures.Encode(Encoder.WritePng, picture));
        _terminal.Folder.Write(Path.Combine("mattes", $"{name}.png"), Pictures.Encode(Encoder.WritePng, matte));
    }
}
