using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>Yes or no for each pixel, rows from top to bottom.</summary>
/// <param name="width">Pixels, at least 1.</param>
/// <param name="height">Pixels, at least 1.</param>
internal sealed class Mask(int width, int height)
{
    public int Width => width;

    public int Height => height;

    public bool[] Pixels { get; } = new bool[checked(width * height)];

    /// <summary>Pixels that are set.</summary>
    public int Count => Pixels.AsSpan().Count(true);

    public Span<bool> Row(int y) => Pixels.AsSpan(y * width, width);

    /// <summary>Where the matte covers at least half. No level of 8 or 16 bits is exactly half, so that "more than half" is the same.</summary>
    public static Mask Foreground(Plane matte)
    {
        var mask = new Mask(matte.Width, matte.Height);
        var samples = matte.Samples;
        for (var i = 0; i < samples.Length; i++)
        {
            mask.Pixels[i] = samples[i] >= 0.5f;
        }

        return mask;
    }

    /// <summary>Intersection over union (Jaccard 1901), 0 to 1; 1 for two empty masks, which agree.</summary>
    /// <param name="one">A mask.</param>
    /// <param name="other">A mask of the same size.</param>
    public static double Iou(Mask one, Mask other)
    {
        var (both, either) = (0, 0);
        for (var i = 0; i < one.Pixels.Length; i++)
        {
            both += one.Pixels[i] & other.Pixels[i] ? 1 : 0;
            either += one.Pixels[i] | other.Pixels[i] ? 1 : 0;
        }

        return either == 0 ? 1 : (double)both / either;
    }
}
