namespace ClearBg.Evaluation;

/// <summary>How one picture's matte and cut-out compare.</summary>
/// <param name="Name">The picture's file name without its extension.</param>
/// <param name="Group">Its group.</param>
/// <param name="Score">Against the true matte.</param>
/// <param name="Colour">Against the cut-out by the true matte, on a new ground.</param>
/// <param name="Reference">Against a reference; null where none was given.</param>
internal sealed record PictureScore(string Name, string Group, MatteScore Score, ColourError Colour, ReferenceScore? Reference)
{
    /// <summary>MAE less the reference's own; below 0 is better than the reference. Null without one.</summary>
    public double? MaeDifference => Score.Mae - Reference?.Mae;

    /// <summary>IoU less the reference's own; above 0 is better than the reference. Null without one.</summary>
    public double? IouDifference => Score.Iou - Reference?.Iou;
}

/// <summary>A reference matte: another model's, or the same one's in another precision.</summary>
/// <param name="Mae">Its own mean absolute error against the true matte.</param>
/// <param name="Iou">Its own IoU with the true matte.</param>
/// <param name="SharedIou">IoU of both mattes with each other.</param>
/// <param name="SharedMae">Mean absolute difference of both.</param>
internal sealed record ReferenceScore(double Mae, double Iou, double SharedIou, double SharedMae)
{
    /// <summary>The reference covers nine tenths of the true matte or better: where it is wrong itself, how near another one comes to it says nothing.</summary>
    public bool IsRight => Iou >= 0.9;
}
