using ClearBg.Api;
using ClearBg.Cli;
using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Tests.Intake;

namespace ClearBg.Tests.Cli;

public sealed class RemoveCommandTests : IDisposable
{
    private readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Theory]
    [InlineData("Required argument missing")]
    [InlineData("--format is 'gif'; it must be png, jpg, webp, zip or auto.", "a.jpg", "--format", "gif")]
    [InlineData("--crop-margin is '-1'; it must be 1, 2 or 4 lengths", "a.jpg", "--crop-margin", "-1")]
    [InlineData("--bg-color is '#12'; it must be", "a.jpg", "--bg-color", "#12")]
    [InlineData("--size is 'huge'", "a.jpg", "--size", "huge")]
    [InlineData("--scale is '5%'", "a.jpg", "--scale=5%")]
    [InlineData("--position is 'top'", "a.jpg", "--position", "top")]
    [InlineData("--output takes a file, a folder or -.", "a.jpg", "-o", "")]
    [InlineData("'--fromat' is no option. A file of that name is './--fromat'.", "a.jpg", "--fromat", "png")]
    [InlineData("-o takes the output of one picture", "a.jpg", "b.jpg", "-o", "-")]
    [InlineData("Standard input (-) must be the only path", "-", "b.jpg")]
    public async Task A_wrong_command_line_exits_with_2_and_says_why(string sentence, params string[] args)
    {
        var ran = await _terminal.RunAsync(["remove", .. args]);

        Assert.Equal((2, "", 0), (ran.Code, ran.Output, ran.Bytes.Length));
        Assert.StartsWith(sentence, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_parameter_of_the_API_is_an_option()
    {
        var verb = RemoveCommand.Create(new VerbHost());

        foreach (var name in (string[])["--size", "--format", "--channels", "--bg-color", "--crop", "--crop-margin", "--scale", "--position"])
        {
            Assert.Contains(verb.Options, option => option.Name == name && option.Description is { Length: > 0 });
        }

        Assert.Equal(verb.Options.Count(static option => option.Name is not ("--output" or "--recursive" or "--overwrite" or "--quiet")), RemovalParameters.Described.Count(static parameter => !parameter.IsForRequestsOnly));
    }

    [Fact]
    public void Options_become_what_the_API_would_make_of_them_and_a_switch_leaves_the_next_word_alone()
    {
        var (verb, switches) = (new System.CommandLine.Command("remove") { new System.CommandLine.Argument<string[]>("path") }, new RemovalSwitches());
        switches.AddTo(verb);

        var line = verb.Parse(["--size", "HD", "--bg-color", "fff", "--crop", "a.jpg", "--crop-margin", "10% 20px", "--scale", "50%", "--position", "0% 100%"]);

        Assert.Empty(line.Errors);
        Assert.True(switches.Read(line.CommandResult, OutputFormat.WebP).Succeeded(out var options, out _));
        Assert.Equal(
            new RemovalOptions
            {
                Size = SizeTier.Hd, Format = OutputFormat.WebP, Background = Rgba.White, Crop = true, Scale = 0.5, Position = new(0, 1),
                CropMargin = new(new(0.1, true), new(20, false), new(0.1, true), new(20, false)),
            },
            options);
    }

    [Fact]
    public async Task Files_that_cannot_be_done_are_said_one_by_one_and_exit_with_1()
    {
        _terminal.Configure("""{ "Intake": { "MaxBytes": 5000 } }""");
        var folder = _terminal.Folder;
        string[] paths = [folder.Write("large.png", new byte[5001]), folder.Write("text.png", "text"u8), folder.Write("empty.jpg", []), folder["gone.jpg"], folder["*.webp"]];

        var ran = await _terminal.RunAsync(["remove", .. paths]);

        Assert.Equal((1, "", 0), (ran.Code, ran.Output, ran.Bytes.Length));
        Assert.Contains($"{paths[0]}: The file is larger than 5,000 bytes.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"{paths[1]}: The file is not a JPEG, PNG or WebP picture.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"{paths[2]}: The file is empty.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"{paths[3]}: There is no such file or folder.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"{paths[4]}: No picture matches.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.EndsWith($"0 done, 0 skipped, 5 failed.{Environment.NewLine}", ran.Error, StringComparison.Ordinal);
        Assert.Equal("appsettings.json empty.jpg large.png text.png", _terminal.Files());
    }

    [Fact]
    public async Task Standard_input_over_the_limit_is_refused_while_it_is_read()
    {
        _terminal.Configure("""{ "Intake": { "MaxBytes": 5000 } }""");

        var ran = await _terminal.RunAsync(new byte[5001], ["remove", "-"]);

        Assert.Equal((1, "", 0), (ran.Code, ran.Output, ran.Bytes.Length));
        Assert.Equal($"standard input: The file is larger than 5,000 bytes.{Environment.NewLine}", ran.Error);
    }

    [Fact]
    public async Task An_output_that_is_there_already_is_left_as_it_is_and_is_no_failure()
    {
        var photo = _terminal.Folder.Write("a.jpg", "no picture"u8);
        var output = _terminal.Folder.Write("a-no-bg.png", "earlier"u8);

        var ran = await _terminal.RunAsync("remove", _terminal.Folder.Path);
        var auto = await _terminal.RunAsync("remove", photo, "--format", "auto");
        var anew = await _terminal.RunAsync("remove", photo, "--overwrite");

        Assert.Equal((0, $"{photo}: skipped, {output} is there already; --overwrite makes it anew{Environment.NewLine}"), (ran.Code, ran.Error));
        Assert.Equal((0, 1), (auto.Code, anew.Code));
        Assert.Equal("earlier", await File.ReadAllTextAsync(output));
    }

    [Fact]
    public async Task Quiet_says_only_what_failed()
    {
        var photo = _terminal.Folder.Write("a.jpg", "no picture"u8);
        _terminal.Folder.Write("b.jpg", [1]);
        _terminal.Folder.Write("b-no-bg.png", [1]);

        var ran = await _terminal.RunAsync("remove", "-q", _terminal.Folder.Path);

        Assert.Equal((1, $"{photo}: The file is not a JPEG, PNG or WebP picture.{Environment.NewLine}"), (ran.Code, ran.Error));
    }

    [Fact]
    public async Task Pictures_are_not_poured_over_a_terminal()
    {
        var ran = await _terminal.RunAsync([], ["remove", "a.jpg", "-o", "-"], toTerminal: true);

        Assert.Equal((2, "Standard output is a terminal: redirect it, or name a file with -o."), (ran.Code, ran.Error.Trim()));
    }

    [Fact]
    public async Task A_file_name_cannot_act_on_the_terminal()
    {
        var ran = await _terminal.RunAsync("remove", "\u001b[31mred.jpg");

        Assert.DoesNotContain('\u001b', ran.Error);
    }

    [Fact]
    public async Task A_file_called_like_a_response_file_is_a_file()
    {
        var ran = await _terminal.RunAsync("remove", "@2x-that-is-not-there.png");

        Assert.Equal((1, $"@2x-that-is-not-there.png: There is no such file or folder.{Environment.NewLine}"), (ran.Code, ran.Error));
    }

    [Fact]
    public async Task A_wrong_configuration_exits_with_2_and_a_model_that_is_not_there_with_1()
    {
        var photo = _terminal.Folder.Write("a.png", PictureFiles.Real(PictureFormat.Png));
        _terminal.Configure("""{ "Intake": { "MaxBytes": 1 }, "Segmentation": { "Threads": -1 } }""");
        var wrong = await _terminal.RunAsync("remove", photo);
        _terminal.Configure("""{ "Segmentation": { "Model": "nowhere" } }""");
        var missing = await _terminal.RunAsync("remove", photo);

        Assert.Equal((2, 1), (wrong.Code, missing.Code));
        Assert.Contains("MaxBytes", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("Threads", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("There is no model 'nowhere'", missing.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", wrong.Error + missing.Error, StringComparison.Ordinal);
    }
}
