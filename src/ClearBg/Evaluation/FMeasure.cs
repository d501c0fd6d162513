using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>
/// The greatest F-measure over all thresholds, with β² = 0.3 (Achanta et al., Frequency-tuned Salient Region Detection, CVPR 2009, equation 7):
/// F = (1 + β²) · precision · recall ∕ (β² · precision + recall).
/// </summary>
internal static class FMeasure
{
    private const double BetaSquared = 0.3;
    private const int Levels = 256;

    /// <summary>0 to 1; 0 where the true matte is empty.</summary>
    /// <param name="prediction">Coverage, 0 to 1; it is rounded to 8 bits, and every level is a threshold.</param>
    /// <param name="subject">Where the true matte has the subject.</param>
    public static double Greatest(Plane prediction, Mask subject)
    {
        var (hits, misses) = (new int[Levels], new int[Levels]);
        var samples = prediction.Samples;
        for (var i = 0; i < samples.Length; i++)
        {
            var level = Math.Clamp((int)((samples[i] * (Levels - 1)) + 0.5f), 0, Levels - 1);
            (subject.Pixels[i] ? hits : misses)[level]++;
        }

        var all = hits.Sum();
        var (greatest, truePositives, falsePositives) = (0d, 0, 0);
        for (var level = Levels - 1; level >= 0; level--)
        {
            truePositives += hits[level];
            falsePositives += misses[level];
            if (truePositives > 0)
            {
                var (precision, recall) = ((double)truePositives / (truePositives + falsePositives), (double)truePositives / all);
                greatest = Math.Max(greatest, (1 + BetaSquared) * precision * recall / ((BetaSquared * precision) + recall));
            }
        }

        return greatest;
    }
}
