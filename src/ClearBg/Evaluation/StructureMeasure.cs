using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>
/// The structure measure (Fan et al., Structure-measure: A New Way to Evaluate Foreground Maps, ICCV 2017): half of it tells how even the matte is over the subject
/// and over the rest, the other half compares the four quarters around the subject's centre by a structural similarity.
/// </summary>
internal static class StructureMeasure
{
    /// <summary>α of the paper's equation 1: weight of the object-aware half.</summary>
    private const double ObjectWeight = 0.5;

    private const double Epsilon = 1e-8;

    /// <summary>0 to 1. For an empty or full subject it is how empty or full the matte is.</summary>
    /// <param name="prediction">Coverage, 0 to 1.</param>
    /// <param name="subject">Where the true matte has the subject, the same size.</param>
    public static double Of(Plane prediction, Mask subject)
    {
        var share = (double)subject.Count / subject.Pixels.Length;
        return share switch
        {
            0 => 1 - Mean(prediction),
            1 => Mean(prediction),
            _ => Math.Max(0, (ObjectWeight * ObjectAware(prediction, subject, share)) + ((1 - ObjectWeight) * RegionAware(prediction, subject))),
        };
    }

    private static double Mean(Plane prediction)
    {
        var sum = 0d;
        foreach (var sample in prediction.Samples)
        {
            sum += sample;
        }

        return sum / prediction.Samples.Length;
    }

    private static double ObjectAware(Plane prediction, Mask subject, double share) =>
        (share * Evenness(prediction, subject, of: true)) + ((1 - share) * Evenness(prediction, subject, of: false));

    /// <summary>2x̄ ∕ (x̄² + 1 + σ), where x is the coverage of the subject, or what is not covered of the rest.</summary>
    private static double Evenness(Plane prediction, Mask subject, bool of)
    {
        var samples = prediction.Samples;
        var (sum, count) = (0d, 0);
        for (var i = 0; i < samples.Length; i++)
        {
            if (subject.Pixels[i] == of)
            {
                sum += of ? samples[i] : 1 - samples[i];
                count++;
            }
        }

        var (mean, squares) = (sum / count, 0d);
        for (var i = 0; i < samples.Length; i++)
        {
            if (subject.Pixels[i] == of)
            {
                var deviation = (of ? samples[i] : 1 - samples[i]) - mean;
                squares += deviation * deviation;
            }
        }

        var spread = count > 1 ? Math.Sqrt(squares / (count - 1)) : 0;
        return 2 * mean / ((mean * mean) + 1 + spread + Epsilon);
    }

    /// <summary>Similarities of the quarters, weighted by their areas.</summary>
    private static double RegionAware(Plane prediction, Mask subject)
    {
        var (x, y) = Centre(subject);
        var (width, height) = (subject.Width, subject.Height);
        ReadOnlySpan<Box> quarters = [new(0, 0, x, y), new(x, 0, width - x, y), new(0, y, x, height - y), new(x, y, width - x, height - y)];
        var sum = 0d;
        foreach (var quarter in quarters)
        {
            sum += Similarity(prediction, subject, quarter) * quarter.Width * quarter.Height;
        }

        return sum / ((double)width * height);
    }

    /// <summary>How many columns and rows lie left of and above the cut: those up to the subject's centre of mass, and that one too.</summary>
    private static (int X, int Y) Centre(Mask subject)
    {
        var (columns, rows, count) = (0L, 0L, 0L);
        for (var y = 0; y < subject.Height; y++)
        {
            var row = subject.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                if (row[x])
                {
                    columns += x;
                    rows += y;
                    count++;
                }
            }
        }

        return ((int)Math.Round((double)columns / count) + 1, (int)Math.Round((double)rows / count) + 1);
    }

    /// <summary>4·x̄·ȳ·σxy ∕ ((x̄² + ȳ²)(σx² + σy²)): the similarity of Wang et al. 2004 without its constants. 1 where both are flat, 0 for no pixels.</summary>
    private static double Similarity(Plane prediction, Mask subject, Box quarter)
    {
        var n = (long)quarter.Width * quarter.Height;
        if (n == 0)
        {
            return 0;
        }

        var (sum, sumInside, inside) = (0d, 0d, 0L);
        for (var y = quarter.Top; y < quarter.Bottom; y++)
        {
            var coverage = prediction.Row(y).Slice(quarter.Left, quarter.Width);
            var truth = subject.Row(y).Slice(quarter.Left, quarter.Width);
            for (var x = 0; x < coverage.Length; x++)
            {
                sum += coverage[x];
                if (truth[x])
                {
                    sumInside += coverage[x];
                    inside++;
                }
            }
        }

        // A second pass, not the sum of squares: a flat quarter must come out with no variance at all.
        var (mean, share, squares) = (sum / n, (double)inside / n, 0d);
        for (var y = quarter.Top; y < quarter.Bottom; y++)
        {
            foreach (var coverage in prediction.Row(y).Slice(quarter.Left, quarter.Width))
            {
                squares += (coverage - mean) * (coverage - mean);
            }
        }

        // The truth is 0 or 1, so its deviations follow from its share alone. All three lack the same divisor, n − 1.
        var divisor = n - 1 + Epsilon;
        var (variances, covariance) = ((squares + (n * share * (1 - share))) / divisor, (sumInside - (share * sum)) / divisor);
        var (above, below) = (4 * mean * share * covariance, ((mean * mean) + (share * share)) * variances);
        return above != 0 ? above / (below + Epsilon) : below == 0 ? 1 : 0;
    }
}
