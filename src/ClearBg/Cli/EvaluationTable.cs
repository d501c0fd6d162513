using System.Globalization;
using ClearBg.Api;
using ClearBg.Evaluation;

namespace ClearBg.Cli;

/// <summary>An evaluation as up to three listings with an empty line between them: pictures, groups with all pictures together as the last, and the agreement with a reference.</summary>
internal static class EvaluationTable
{
    private static readonly string[] Figures = ["MAE", "IoU", "max F", "S-measure", "Boundary IoU", "Gradient", "Band MAE"];
    private static readonly string[] Differences = ["ΔMAE", "ΔMAE %", "ΔIoU"];

    /// <summary>Last, for scripts count columns from the first.</summary>
    private static readonly string[] Colours = ["Colour", "As taken"];

    /// <summary>Writes one line a picture (only when asked), one a group and one for all; with a reference both have columns more, and one line of agreement follows.</summary>
    public static void Write(TextWriter output, EvaluationResult result, bool perPicture, bool onTerminal)
    {
        var hasReference = result.All.MaeDifference is not null;
        string[] figures = hasReference ? [.. Figures, .. Differences] : Figures;
        if (perPicture)
        {
            string[] compared = hasReference ? [.. figures, "IoU of both"] : figures;
            Write(output, ["Picture", "Group", .. compared, .. Colours], result.Pictures.Select(Row), onTerminal);
            output.WriteLine();
        }

        // Where there is one group only, its line and that for all would be the same.
        IEnumerable<GroupScore> groups = result.Groups is [_] ? [result.All] : [.. result.Groups, result.All];
        Write(output, ["Group", "n", .. figures, .. Colours], groups.Select(Row), onTerminal);
        if (result.Agreement is { } agreement)
        {
            output.WriteLine();
            Write(output, ["Reference right on", "Mean IoU of both", "Worst", "Worst picture", "Mean difference"], [Row(agreement)], onTerminal);
        }
    }

    private static string[] Row(PictureScore picture)
    {
        string[] both = picture.Reference is { } reference ? [Show(reference.SharedIou)] : [];
        return [picture.Name, picture.Group, .. Show(picture.Score), .. Show(picture.Score, picture.MaeDifference, picture.IouDifference), .. both, .. Show(picture.Colour)];
    }

    private static string[] Row(GroupScore group) =>
        [group.Name, Show(group.Pictures), .. Show(group.Score), .. Show(group.Score, group.MaeDifference, group.IouDifference), .. Show(group.Colour)];

    private static string[] Row(Agreement agreement) =>
        [Show(agreement.Pictures), Show(agreement.MeanIou), Show(agreement.WorstIou), agreement.Worst, Show(agreement.Mae)];

    private static string[] Show(MatteScore score) =>
        [Show(score.Mae), Show(score.Iou), Show(score.MaxF), Show(score.SMeasure), Show(score.BoundaryIou), Show(score.Gradient), Show(score.BandMae)];

    private static string[] Show(MatteScore score, double? mae, double? iou) =>
        mae is null || iou is null ? [] : [Signed(mae.Value), Percent(mae.Value, score.Mae - mae.Value), Signed(iou.Value)];

    private static string[] Show(ColourError colour) => [Levels(colour.Unmixed), Levels(colour.AsTaken)];

    private static string Levels(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Show(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Show(int count) => count.ToString(CultureInfo.InvariantCulture);

    // The third part is for what rounds to zero too: there is no -0.0000.
    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);

    // Four decimals are coarse where the reference's MAE is .005. Nothing is a share of one that has no errors: what is left of it then is rounding.
    private static string Percent(double difference, double reference) =>
        reference < 1e-12 ? "" : (100 * difference / reference).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    private static void Write(TextWriter output, string[] heading, IEnumerable<string[]> rows, bool onTerminal) =>
        Listing.Write(output, heading, rows.Select(static row => row.Select(static cell => Quotation.Printable(cell)).ToArray()), onTerminal);
}
