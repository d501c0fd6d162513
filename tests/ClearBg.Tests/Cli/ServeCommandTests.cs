using ClearBg.Cli;
using ClearBg.Tests.Segmentation;
using ClearBg.Tests.Storage;
using Microsoft.Extensions.Configuration;

namespace ClearBg.Tests.Cli;

/// <summary>Starts that cannot work end by themselves, with a sentence in place of a stack trace.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly Terminal _terminal = new();

    public ServeCommandTests() => new BrightnessModel().Write(_terminal.Folder);

    public void Dispose() => _terminal.Dispose();

    [Theory]
    [InlineData("Invalid url: 'nonsense'", "--urls=nonsense")]
    [InlineData("Invalid url: 'nonsense'", "--Kestrel:Endpoints:Http:Url=nonsense")]
    [InlineData("gone.pfx", "--Kestrel:Endpoints:Https:Url=https://127.0.0.1:0", "--Kestrel:Endpoints:Https:Certificate:Path=gone.pfx")]
    [InlineData("Loud is not a valid Serilog level", "--Serilog:MinimumLevel:Default=Loud")]
    public async Task A_setting_that_makes_no_sense_exits_with_2(string sentence, params string[] settings)
    {
        var ran = await ServeAsync(settings);

        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_file_that_is_no_JSON_exits_with_2_and_tells_where_it_breaks_off()
    {
        _terminal.Configure("""{ "Credits": """);

        var ran = await ServeAsync();

        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.Contains("appsettings.json", ran.Error, StringComparison.Ordinal);
        Assert.Contains("LineNumber: 0", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_refuses_the_first_account_exits_with_1()
    {
        await using (var store = await TestStore.CreateAsync(_terminal.Folder["clearbg.db"]))
        {
            await store.RefuseKeysAsync();
        }

        var ran = await ServeAsync("--urls=http://127.0.0.1:0");

        Assert.Equal((1, $"The database cannot be used: SQLite Error 19: 'no room'.{Environment.NewLine}"), (ran.Code, ran.Error));
    }

    /// <summary>Started in /usr this was 19,195 watches; a machine has some hundred thousand in all.</summary>
    [Fact]
    public void No_configuration_file_is_watched()
    {
        var sources = ServeCommand.CreateBuilder([]).Configuration.Sources.OfType<FileConfigurationSource>().ToArray();

        Assert.NotEmpty(sources);
        Assert.DoesNotContain(sources, static source => source.ReloadOnChange);
    }

    [Fact]
    public void The_line_to_paste_stays_whole_where_the_path_has_spaces()
    {
        using var output = new StringWriter();

        new Welcome(output).Ready(["http://[::]:8080"], "tiny in float32: so it is", firstKey: null);

        Assert.Contains("Model: tiny in float32: so it is.", output.ToString(), StringComparison.Ordinal);
        Assert.Matches("-F \"image_file=@[^\"]+chelsea\\.png\" -o cut-out\\.png http://localhost:8080/v1\\.0/removebg\r?\n", output.ToString());
    }

    private Task<Ran> ServeAsync(params string[] settings) => _terminal.RunAsync(
    [
        "serve", $"--contentRoot={_terminal.Folder.Path}", $"--Storage:Database={_terminal.Folder["clearbg.db"]}", "--Segmentation:Model=brightness",
        $"--Segmentation:Folder={_terminal.Folder["models"]}", "--Serilog:MinimumLevel:Default=Fatal", .. settings,
    ]);
}
