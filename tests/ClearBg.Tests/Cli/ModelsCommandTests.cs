using System.Text.Json;
using ClearBg.Cli;
using ClearBg.Segmentation;
using ClearBg.Tests.Segmentation;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Cli;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly Terminal _terminal = new();
    private readonly ModelManifest _tiny;

    public ModelsCommandTests()
    {
        var package = new FakePackage(_terminal.Folder);
        _tiny = package.Manifest;
        _terminal.Folder.Write(Path.Combine("models", "tiny", "manifest.json"), JsonSerializer.SerializeToUtf8Bytes(_tiny, ManifestJson.Default.ModelManifest));
        Configure("tiny");
    }

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task List_writes_tab_separated_lines_when_redirected()
    {
        var ran = await _terminal.RunAsync("models", "list");

        Assert.Equal((0, $"tiny\tTiny\tMIT\t{_tiny.Bytes}\tnot prepared\tconfigured{Environment.NewLine}", ""), (ran.Code, ran.Output, ran.Error));
    }

    [Fact]
    public async Task Prepare_makes_the_configured_model_ready_and_prints_only_the_path()
    {
        var ran = await _terminal.RunAsync("models", "prepare");
        var again = await _terminal.RunAsync("models", "prepare", "tiny");
        var listed = await _terminal.RunAsync("models", "list");

        Assert.Equal((0, 0), (ran.Code, again.Code));
        Assert.Equal(_tiny.Bytes, new FileInfo(ran.Output.Trim()).Length);
        Assert.Contains($"({_tiny.Source!.Bytes} bytes)", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"Writing {_tiny.Bytes} bytes", ran.Error, StringComparison.Ordinal);
        Assert.Equal((ran.Output, $"tiny in float32: the model has no 8-bit file. It is ready.{Environment.NewLine}"), (again.Output, again.Error));
        Assert.Contains("\tprepared\t", listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_manifest_is_a_line_that_says_what_is_wrong()
    {
        _terminal.Folder.Write(Path.Combine("models", "broken", "manifest.json"), """{ "name": "Br\tken", "title": "", "licence": "", "file": "../x", "bytes": 0, "sha256": "", "input": { "name": "", "width": 0, "height": 0, "mean": [], "std": [], "resize": "squash" }, "output": { "name": "", "activation": "none" } }"""u8);

        var ran = await _terminal.RunAsync("models", "list");

        var lines = ran.Output.Trim().Split(Environment.NewLine);
        Assert.Equal((0, 2), (ran.Code, lines.Length));
        Assert.Matches("^broken\t\t\t\t[^\t]*manifest[^\t]*\t$", lines[0]);
        Assert.StartsWith("tiny\t", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configured_model_that_is_not_there_is_said_after_those_that_are()
    {
        Configure("gone");

        var ran = await _terminal.RunAsync("models", "list");

        Assert.Equal(1, ran.Code);
        Assert.StartsWith("tiny\t", ran.Output, StringComparison.Ordinal);
        Assert.StartsWith("There is no model 'gone'", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_fails_with_the_models_own_message()
    {
        Directory.Delete(_terminal.Folder["node_modules"], recursive: true);

        var (unknown, unmade) = (await _terminal.RunAsync("models", "prepare", "gone"), await _terminal.RunAsync("models", "prepare"));

        Assert.Equal((1, "", 1, ""), (unknown.Code, unknown.Output, unmade.Code, unmade.Output));
        Assert.Contains("There is no model 'gone'", unknown.Error, StringComparison.Ordinal);
        Assert.Contains(FakePackage.Name, unmade.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", unmade.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void List_draws_a_table_with_megabytes_on_a_terminal()
    {
        var options = Options.Create(new SegmentationOptions { Folder = _terminal.Folder["models"], Cache = _terminal.Folder["cache"] });
        using var output = new StringWriter();

        ModelTable.Write(output, new ModelCatalog(options), new ModelPreparation(options), "tiny", onTerminal: true);

        Assert.Contains("Licence", output.ToString(), StringComparison.Ordinal);
        Assert.Contains(" MB", output.ToString(), StringComparison.Ordinal);
    }

    private void Configure(string model) => _terminal.Configure(JsonSerializer.Serialize(new
    {
        Segmentation = new { Model = model, Folder = _terminal.Folder["models"], Cache = _terminal.Folder["cache"], Packages = _terminal.Folder["node_modules"] },
    }));
}
