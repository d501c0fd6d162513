using ClearBg.Evaluation;

namespace ClearBg.Tests.Evaluation;

public class EvaluationResultTests
{
    [Fact]
    public void Groups_and_pictures_come_by_name_and_every_picture_counts_the_same()
    {
        var result = EvaluationResult.Of([Picture("c", "y", 0.4), Picture("a", "x", 0.6), Picture("b", "y", 0.8)]);

        Assert.Equal(["a", "b", "c"], result.Pictures.Select(static picture => picture.Name));
        Assert.Equal([("x", 1), ("y", 2)], result.Groups.Select(static group => (group.Name, group.Pictures)));
        Assert.Equal(("all", 3), (result.All.Name, result.All.Pictures));
        Assert.Equal([0.6, 0.6, 0.6], [result.Groups[0].Score.Iou, Math.Round(result.Groups[1].Score.Iou, 12), Math.Round(result.All.Score.Iou, 12)]);
        Assert.Equal((null, null, null), (result.All.MaeDifference, result.All.IouDifference, result.Agreement));
    }

    [Fact]
    public void Differences_are_to_the_references_own_figures()
    {
        var result = EvaluationResult.Of([Picture("a", "x", 0.75, new(0.25, 1, 0.5, 0.5)), Picture("b", "x", 0.75, new(0.25, 0.5, 0.5, 0.5))]);

        // Pictures here have an MAE of 0.5.
        Assert.Equal((0.25, 0), (result.All.MaeDifference, result.All.IouDifference));
        Assert.Equal((0.25, -0.25), (result.Pictures[0].MaeDifference, result.Pictures[0].IouDifference));
    }

    [Fact]
    public void Agreement_is_told_over_the_pictures_where_the_reference_is_right()
    {
        var result = EvaluationResult.Of(
        [
            Picture("wrong", "x", 0.1, new(0.5, 0.89, 0.1, 1)), Picture("barely", "x", 0.5, new(0.1, 0.9, 0.5, 0.25)), Picture("right", "x", 0.1, new(0, 1, 1, 0.75)),
        ]);

        Assert.Equal(new Agreement(2, 0.75, 0.5, "barely", 0.5), result.Agreement);
    }

    [Fact]
    public void A_reference_that_is_right_nowhere_has_nothing_to_agree_with() =>
        Assert.Null(EvaluationResult.Of([Picture("a", "x", 1, new(0.5, 0.5, 1, 0))]).Agreement);

    [Fact]
    public void Errors_of_colour_are_means_in_groups_and_in_all()
    {
        var picture = Picture("a", "x", 1);

        var result = EvaluationResult.Of([picture with { Colour = new(1, 2) }, picture with { Name = "b", Colour = new(3, 6) }, picture with { Name = "c", Group = "y", Colour = new(8, 1) }]);

        Assert.Equal([new(2, 4), new(8, 1), new(4, 3)], [result.Groups[0].Colour, result.Groups[1].Colour, result.All.Colour]);
    }

    private static PictureScore Picture(string name, string group, double iou, ReferenceScore? reference = null) =>
        new(name, group, new(0.5, iou, 0.5, 0.5, 0.5, 0.5, 0.5), new(4, 5), reference);
}
