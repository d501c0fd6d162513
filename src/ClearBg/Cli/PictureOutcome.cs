using System.Globalization;
using ClearBg.Api;
using ClearBg.Evaluation;
using ClearBg.Jobs;

namespace ClearBg.Cli;

/// <summary>What became of one picture.</summary>
/// <param name="Fate">In one word.</param>
/// <param name="Line">In one line, safe to show on a terminal.</param>
internal sealed record PictureOutcome(PictureFate Fate, string Line)
{
    /// <summary>"photo.jpg -> photo-no-bg.png (512 × 512, 1.9 s)".</summary>
    /// <param name="input">As given.</param>
    /// <param name="output">Its path, or <c>-</c>.</param>
    /// <param name="result">Its size and how long its stages took, with the wait for the model's turn; reading, writing and loading the model don't count.</param>
    public static PictureOutcome Done(string input, string output, RemovalResult result)
    {
        var seconds = result.Stages.Laps.Sum(static lap => lap.Milliseconds) / 1000;
        var facts = string.Create(CultureInfo.InvariantCulture, $"({result.Width} × {result.Height}, {seconds:0.0} s)");
        return new(PictureFate.Done, $"{Show(input, "standard input")} -> {Show(output, "standard output")} {facts}");
    }

    /// <summary>"photo.jpg: MAE 0.0123, IoU 0.9876".</summary>
    public static PictureOutcome Compared(string input, MatteScore score) =>
        new(PictureFate.Done, string.Create(CultureInfo.InvariantCulture, $"{Show(input, "standard input")}: MAE {score.Mae:0.0000}, IoU {score.Iou:0.0000}"));

    public static PictureOutcome Skipped(string input, string why) => new(PictureFate.Skipped, $"{Show(input, "standard input")}: {Quotation.Printable(why)}");

    public static PictureOutcome Failed(string input, string why) => new(PictureFate.Failed, $"{Show(input, "standard input")}: {Quotation.Printable(why)}");

    /// <summary>The failure's own sentence; where it has none, the one that the API has for its code.</summary>
    public static PictureOutcome Failed(string input, Failure failure) => Failed(input, failure.Detail ?? $"{RemoveBgErrors.Table[failure.Code].Title}.");

    private static string Show(string path, string standard) => string.Equals(path, FoundPicture.Standard, StringComparison.Ordinal) ? standard : Quotation.Printable(path);
}

internal enum PictureFate
{
    Done,
    /// <summary>There was nothing to do. No failure.</summary>
    Skipped,
    Failed,
}
