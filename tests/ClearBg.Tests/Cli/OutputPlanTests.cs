using ClearBg.Cli;
using ClearBg.Jobs;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Cli;

public class OutputPlanTests
{
    [Theory]
    [InlineData("photo.jpg", null, "png", "photo-no-bg.png")]
    [InlineData("photo.jpg", null, "jpg", "photo-no-bg.jpg")]
    [InlineData("photo.jpg", null, "zip", "photo-no-bg.zip")]
    [InlineData("photo.jpg", null, "auto", "photo-no-bg.png photo-no-bg.jpg")]
    [InlineData("a/b.c.PNG", null, "webp", "a/b.c-no-bg.webp")]
    [InlineData("a/photo", null, "png", "a/photo-no-bg.png")]
    [InlineData("a/photo.jpg", "out/", "png", "out/photo-no-bg.png")]
    [InlineData("a/photo.jpg", "exists", "png", "exists/photo-no-bg.png")]
    [InlineData("photo.jpg", "out/x.png", "png", "out/x.png")]
    [InlineData("photo.jpg", "x.JPEG", "jpg", "x.JPEG")]
    [InlineData("photo.jpg", "x", "auto", "x")]
    [InlineData("photo.jpg", "-", "png", "")]
    [InlineData("-", null, "png", "")]
    [InlineData("-", "-", "jpg", "")]
    [InlineData("-", "x.png", "png", "x.png")]
    public void One_picture_becomes(string input, string? output, string format, string expected)
    {
        Assert.True(TryMake([new FoundPicture(input)], output, format, out var planned, out _));

        Assert.Equal(expected, string.Join(' ', Assert.Single(planned!).Outputs.Select(static path => path.Replace('\\', '/'))));
    }

    [Theory]
    [InlineData("a.jpg b.jpg", "x.png", "png", "-o takes the output of one picture, and there are 2")]
    [InlineData("a.jpg b.jpg", "-", "png", "-o takes the output of one picture, and there are 2")]
    [InlineData("- b.jpg", null, "png", "Standard input (-) must be the only path")]
    [InlineData("- -", null, "png", "Standard input (-) must be the only path")]
    [InlineData("-", "out/", "png", "Standard input has no name")]
    [InlineData("a.jpg", "a.jpg", "jpg", "-o would overwrite the input a.jpg.")]
    [InlineData("a.jpg", "./b/../a.jpg", "jpg", "-o would overwrite the input a.jpg.")]
    [InlineData("a.jpg", "x.png", "jpg", "-o names a .png file, but --format asks for jpg.")]
    [InlineData("a.jpg", "x.jpg", "auto", "-o names a .jpg file, but --format asks for auto.")]
    [InlineData("a.jpg a.png", null, "png", "a.jpg and a.png would both become a-no-bg.png:")]
    [InlineData("a.jpg a.png", null, "auto", "a.jpg and a.png would both become a-no-bg.png:")]
    [InlineData("x/a.jpg y/a.jpg", "out/", "png", "x/a.jpg and y/a.jpg would both become out")]
    public void Refuses_before_anything_is_written(string inputs, string? output, string format, string sentence)
    {
        Assert.False(TryMake([.. inputs.Split(' ').Select(static path => new FoundPicture(path))], output, format, out _, out var misuse));

        Assert.StartsWith(sentence, misuse, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_below_the_one_searched_are_made_again_below_the_output_folder()
    {
        Assert.True(TryMake([new("in/x/a.jpg", "x"), new("in/y/a.jpg", "y")], "out/", "png", out var planned, out _));

        Assert.Equal("out/x/a-no-bg.png out/y/a-no-bg.png", string.Join(' ', planned!.Select(static picture => picture.Outputs[0].Replace('\\', '/'))));
    }

    [Fact]
    public void What_was_not_found_gets_no_plan_but_counts_as_a_picture_and_what_is_left_out_does_not()
    {
        FoundPicture[] oneMissing = [new("a.jpg"), new("b.jpg", Refusal: "gone")];
        FoundPicture[] oneLeftOut = [new("a.jpg"), new("b-no-bg.png", Refusal: "ours", IsSkipped: true)];

        Assert.True(TryMake(oneMissing, null, "png", out var planned, out _));
        Assert.Equal("a.jpg", Assert.Single(planned!).Input);
        Assert.False(TryMake(oneMissing, "x.png", "png", out _, out _));
        Assert.True(TryMake(oneLeftOut, "x.png", "png", out _, out _));
    }

    [Fact]
    public void Only_a_file_that_was_named_is_replaced_without_being_told()
    {
        Assert.True(TryMake([new("a.jpg")], null, "png", out var beside, out _));
        Assert.True(TryMake([new("a.jpg")], "x.png", "png", out var named, out _));
        Assert.True(OutputPlan.TryMake([new("a.jpg")], new(DestinationKind.Beside), OutputFormat.Png, overwrite: true, out var told, out _));

        Assert.Equal((false, true, true), (beside![0].Replaces, named![0].Replaces, told[0].Replaces));
    }

    [Fact]
    public void Sees_an_input_through_a_linked_folder()
    {
        using var folder = new TemporaryFolder();
        var photo = folder.Write(Path.Combine("real", "a.png"), [1]);
        Directory.CreateSymbolicLink(folder["link"], folder["real"]);

        Assert.False(TryMake([new(photo)], folder["link", "a.png"], "png", out _, out var misuse));

        Assert.StartsWith("-o would overwrite the input", misuse, StringComparison.Ordinal);
    }

    /// <summary>Only the link itself was followed, not those on the way to what it leads to.</summary>
    [Fact]
    public void Sees_an_input_through_a_link_into_a_linked_folder()
    {
        using var folder = new TemporaryFolder();
        var photo = folder.Write(Path.Combine("real", "a.png"), [1]);
        Directory.CreateSymbolicLink(folder["linked"], folder["real"]);
        File.CreateSymbolicLink(folder["b.png"], folder["linked", "a.png"]);

        Assert.False(TryMake([new(folder["b.png"])], photo, "png", out _, out var misuse));

        Assert.StartsWith("-o would overwrite the input", misuse, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_itself_is_no_reason_to_search_for_ever()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["a.png"], folder["a.png"]);

        Assert.Equal(folder["a.png"], RealPath.Of(folder["a.png"]));
    }

    private static bool TryMake(FoundPicture[] inputs, string? output, string format, out IReadOnlyList<PlannedPicture>? planned, out string? misuse) => OutputPlan.TryMake(
        inputs,
        Destination.Of(output, inputs is [{ IsStandardInput: true }], static path => path is "exists"),
        Enum.Parse<OutputFormat>(format, ignoreCase: true), overwrite: false, out planned, out misuse);
}
