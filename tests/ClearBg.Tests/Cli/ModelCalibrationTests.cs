using System.Text.Json;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Quantization;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;
using ClearBg.Tests.Segmentation.Quantization;
using Google.Protobuf;

namespace ClearBg.Tests.Cli;

public sealed class ModelCalibrationTests : IDisposable
{
    private readonly Terminal _terminal = new();
    private readonly ModelManifest _manifest;

    public ModelCalibrationTests()
    {
        // The 8-bit file isn't known yet: this is what calibrate is for.
        _manifest = new FakePackage(_terminal.Folder, Network.Small()).Manifest with { Int8 = new("tiny-int8.onnx", 1, new string('0', 64), "ranges.json") };
        Write(_manifest);
        Configure(weights: null);
    }

    private string Ranges => _terminal.Folder["models", "tiny", "ranges.json"];

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task Writes_the_ranges_and_prints_what_makes_the_manifest_right()
    {
        Picture("one.png", 64);
        Picture("two.png", 32);

        var ran = await _terminal.RunAsync("models", "calibrate", _terminal.Folder["pictures"], "-o", Ranges);

        Assert.Equal((0, $"Ranges measured on 2 pictures are in {Ranges}.{Environment.NewLine}"), (ran.Code, ran.Error));
        var ranges = ActivationRanges.Read(Ranges);
        Assert.Equal((2, Calibration.Percentile, "picture r1 r2 r3 sum"), (ranges.Pictures, ranges.Percentile, string.Join(' ', ranges.Ranges.Keys)));
        Assert.Equal(new(-1, 127 / 128f), ranges.Of("picture"));
        Assert.Equal("c1 c2 c3", string.Join(' ', ranges.Scales!.Keys));

        var printed = JsonSerializer.Deserialize<JsonElement>($"{{{ran.Output.TrimEnd().TrimEnd(',')}}}");
        Write(_manifest with { Int8 = _manifest.Int8! with { Bytes = printed.GetProperty("bytes").GetInt64(), Sha256 = printed.GetProperty("sha256").GetString()! } });
        var prepared = await _terminal.RunAsync("models", "prepare", "--precision", "int8");
        Assert.Equal(0, prepared.Code);
        Assert.Equal(printed.GetProperty("sha256").GetString(), FileContent.Of(prepared.Output.TrimEnd()).Sha256);
        Assert.EndsWith($"tiny in int8: Segmentation:Precision says so. It is ready.{Environment.NewLine}", prepared.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_and_another_model_may_be_named()
    {
        Write(_manifest with { Name = "other", Int8 = null });
        var output = _terminal.Folder["measured.json"];

        var ran = await _terminal.RunAsync("models", "calibrate", Picture("one.png", 64), "--model", "other", "-o", output);

        Assert.Equal(0, ran.Code);
        Assert.Equal(1, ActivationRanges.Read(output).Pictures);
        Assert.False(File.Exists(Ranges));
    }

    [Fact]
    public async Task A_picture_that_cannot_be_measured_is_said_and_the_others_are_measured()
    {
        var (good, folder) = (Picture("good.png", 64), _terminal.Folder);
        string[] bad = [folder.Write("text.png", "text"u8), folder.Write("cut.png", (await File.ReadAllBytesAsync(good)).AsSpan(0, 60)), folder["gone.png"]];

        var ran = await _terminal.RunAsync(["models", "calibrate", .. bad, good, "-o", Ranges]);

        Assert.Equal(1, ran.Code);
        Assert.Contains($"{bad[0]}: The file is not a JPEG, PNG or WebP picture.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"{bad[1]}: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"{bad[2]}: There is no such file or folder.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"Ranges measured on 1 pictures are in {Ranges}.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("\"sha256\"", ran.Output, StringComparison.Ordinal);
        Assert.Equal(1, ActivationRanges.Read(Ranges).Pictures);
    }

    [Fact]
    public async Task Without_a_picture_that_can_be_measured_nothing_is_written()
    {
        var ran = await _terminal.RunAsync("models", "calibrate", _terminal.Folder.Write("text.png", "text"u8), "-o", Ranges);
        var none = await _terminal.RunAsync("models", "calibrate", Directory.CreateDirectory(_terminal.Folder["empty"]).FullName, "-o", Ranges);

        Assert.Equal((1, "", 1, ""), (ran.Code, ran.Output, none.Code, none.Output));
        Assert.EndsWith($"No picture could be measured, so nothing was written.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.EndsWith($"No picture could be measured, so nothing was written.{Environment.NewLine}", none.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Ranges));
    }

    [Fact]
    public async Task A_target_that_cannot_be_written_ends_it_before_any_picture_is_measured()
    {
        var (blocked, picture) = (_terminal.Folder.Write("file", "no folder"u8), _terminal.Folder.Write("text.png", "text"u8));

        var below = await _terminal.RunAsync("models", "calibrate", picture, "-o", Path.Combine(blocked, "ranges.json"));
        var folder = await _terminal.RunAsync("models", "calibrate", picture, "-o", _terminal.Folder["models"]);

        Assert.Equal((1, "", 1, ""), (below.Code, below.Output, folder.Code, folder.Output));
        Assert.StartsWith($"{Path.Combine(blocked, "ranges.json")} cannot be written: ", below.Error, StringComparison.Ordinal);
        Assert.Equal($"{_terminal.Folder["models"]} cannot be written: It is a folder.{Environment.NewLine}", folder.Error);
        Assert.DoesNotContain("text.png", below.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_of_ones_own_are_not_measured()
    {
        Configure(_terminal.Folder.Write("own.onnx", Network.Small().ToByteArray()));

        var ran = await _terminal.RunAsync("models", "calibrate", Picture("one.png", 64), "-o", Ranges);

        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.StartsWith("Segmentation:Weights is set, and the ranges for 8 bits belong to the published weights.", ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Ranges));
    }

    [Theory]
    [InlineData(1, "There is no model 'gone'", "one.png", "--model", "gone", "-o", "ranges.json")]
    [InlineData(2, "Required argument missing", "-o", "ranges.json")]
    [InlineData(2, "Option '--output' is required.", "one.png")]
    public async Task A_wrong_command_line_says_what_is_wrong(int code, string why, params string[] args)
    {
        var ran = await _terminal.RunAsync(["models", "calibrate", .. args]);

        Assert.Equal((code, ""), (ran.Code, ran.Output));
        Assert.StartsWith(why, ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("float32", "tiny in float32: Segmentation:Precision says so")]
    [InlineData("Int8", "tiny in int8: Segmentation:Precision says so")]
    public async Task Prepare_makes_the_file_of_the_precision_that_is_asked_for(string precision, string said)
    {
        var manifest = new FakePackage(_terminal.Folder, Network.Small()).ManifestWithInt8(Network.RangesOn(Network.Small(), Network.Picture()));
        Write(manifest);

        var ran = await _terminal.RunAsync("models", "prepare", "tiny", "--precision", precision);

        Assert.Equal(0, ran.Code);
        Assert.Contains(said, ran.Error, StringComparison.Ordinal);
        Assert.Equal(precision == "Int8" ? manifest.Int8!.Sha256 : manifest.Sha256, FileContent.Of(ran.Output.TrimEnd()).Sha256);
    }

    [Fact]
    public async Task Prepare_in_8_bits_fails_with_a_sentence_where_there_is_no_such_file()
    {
        Write(_manifest with { Int8 = null });

        var ran = await _terminal.RunAsync("models", "prepare", "--precision", "int8");
        var unknown = await _terminal.RunAsync("models", "prepare", "--precision", "int4");

        Assert.Equal((1, "", $"Segmentation:Precision is Int8, but the model has no 8-bit file. Set it to Auto or Float32.{Environment.NewLine}"), (ran.Code, ran.Output, ran.Error));
        Assert.Equal((2, ""), (unknown.Code, unknown.Output));
        Assert.Contains("int4", unknown.Error, StringComparison.Ordinal);
    }

    private void Configure(string? weights) => _terminal.Configure(JsonSerializer.Serialize(new
    {
        Segmentation = new { Model = "tiny", Folder = _terminal.Folder["models"], Cache = _terminal.Folder["cache"], Packages = _terminal.Folder["node_modules"], Weights = weights },
    }));

    private void Write(ModelManifest manifest) => _terminal.Folder.Write(
        Path.Combine("models", manifest.Name, ModelManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest));

    private string Picture(string name, int side) => _terminal.Folder.Write(Path.Combine("pictures", name), Pictures.Disc(side, side));
}
