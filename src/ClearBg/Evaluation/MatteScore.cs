using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>How a matte compares to the true one.</summary>
/// <param name="Mae">Mean absolute error, 0 (best) to 1.</param>
/// <param name="Iou">Intersection over union where coverage is at least half, 0 to 1 (best).</param>
/// <param name="MaxF">Greatest F-measure over 256 thresholds, β² = 0.3, 0 to 1 (best).</param>
/// <param name="SMeasure">Structure measure, 0 to 1 (best).</param>
/// <param name="BoundaryIou">Boundary IoU with 2 % of the diagonal, 0 to 1 (best).</param>
/// <param name="Gradient">Gradient error with σ = 1.4, in thousands, 0 (best) or more; it grows with the picture.</param>
/// <param name="BandMae">Mean absolute error within 10 pixels of the true edge, 0 (best) to 1; 0 where there is no edge.</param>
internal readonly record struct MatteScore(double Mae, double Iou, double MaxF, double SMeasure, double BoundaryIou, double Gradient, double BandMae)
{
    /// <summary>Compares two mattes of the same size.</summary>
    /// <param name="prediction">Coverage, 0 to 1.</param>
    /// <param name="truth">Coverage, 0 to 1.</param>
    /// <param name="band">The <see cref="EdgeBand"/> of the true matte.</param>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public static MatteScore Of(Plane prediction, Plane truth, Mask band)
    {
        if ((prediction.Width, prediction.Height) != (truth.Width, truth.Height))
        {
            throw new ArgumentException($"A matte of {prediction.Width} × {prediction.Height} can't be compared to one of {truth.Width} × {truth.Height}.", nameof(prediction));
        }

        var (found, subject) = (Mask.Foreground(prediction), Mask.Foreground(truth));
        return new(
            AbsoluteError.Mean(prediction, truth),
            Mask.Iou(found, subject),
            FMeasure.Greatest(prediction, subject),
            StructureMeasure.Of(prediction, subject),
            BoundaryOverlap.Iou(found, subject),
            GradientError.Of(prediction, truth),
            AbsoluteError.Mean(prediction, truth, band));
    }

    /// <summary>The mean of each figure; every picture counts the same, whatever its size.</summary>
    public static MatteScore Mean(IReadOnlyCollection<MatteScore> scores) => new(
        scores.Average(static score => score.Mae),
        scores.Average(static score => score.Iou),
        scores.Average(static score => score.MaxF),
        scores.Average(static score => score.SMeasure),
        scores.Average(static score => score.BoundaryIou),
        scores.Average(static score => score.Gradient),
        scores.Average(static score => score.BandMae));
}
