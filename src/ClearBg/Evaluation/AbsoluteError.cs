using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>Mean absolute difference of two mattes, 0 to 1: over the whole picture (MAE) or over a part of it.</summary>
internal static class AbsoluteError
{
    /// <param name="one">Coverage, 0 to 1.</param>
    /// <param name="other">The same size.</param>
    public static double Mean(Plane one, Plane other)
    {
        var a = one.Samples;
        var b = other.Samples;
        var sum = 0d;
        for (var i = 0; i < a.Length; i++)
        {
            sum += Math.Abs(a[i] - b[i]);
        }

        return sum / a.Length;
    }

    /// <summary>As above, over the pixels of a mask; 0 where it has none.</summary>
    public static double Mean(Plane one, Plane other, Mask part)
    {
        var a = one.Samples;
        var b = other.Samples;
        var (sum, count) = (0d, 0);
        for (var i = 0; i < a.Length; i++)
        {
            if (part.Pixels[i])
            {
                sum += Math.Abs(a[i] - b[i]);
                count++;
            }
        }

        return count == 0 ? 0 : sum / count;
    }
}
