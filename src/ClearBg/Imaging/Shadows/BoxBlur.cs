using System.Numerics.Tensors;

namespace ClearBg.Imaging.Shadows;

/// <summary>
/// A Gaussian blur as three box blurs one after the other, in a time that doesn't depend on how wide it is (Wells, "Efficient Synthesis of Gaussian Filters by
/// Cascaded Uniform Filters", 1986). What lies outside of a plane counts as 0.
/// </summary>
internal static class BoxBlur
{
    private const int Passes = 3;

    /// <summary>Blurs a plane in place, both ways.</summary>
    /// <param name="pool">For a copy of it.</param>
    /// <param name="plane">Any values.</param>
    /// <param name="sigma">Standard deviation, samples. Boxes are of whole samples and come as near to it as they can; below 0.7 nothing happens.</param>
    public static void Apply(BufferPool pool, Plane plane, double sigma)
    {
        var radius = RadiusFor(sigma);
        if (radius == 0)
        {
            return;
        }

        using var copy = new Plane(pool, plane.Width, plane.Height);
        for (var y = 0; y < plane.Height; y++)
        {
            Apply(plane.Samples.Slice(y * plane.Width, plane.Width), copy.Samples[..plane.Width], radius);
        }

        var sums = new float[plane.Width];
        for (var pass = 0; pass < Passes; pass++)
        {
            Down(plane, copy, radius, sums);
            copy.Samples.CopyTo(plane.Samples);
        }
    }

    /// <summary>Blurs a line in place.</summary>
    public static void Apply(Span<float> line, double sigma) => Apply(line, new float[line.Length], RadiusFor(sigma));

    private static void Apply(Span<float> line, Span<float> spare, int radius)
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            Along(line, spare, radius);
            spare.CopyTo(line);
        }
    }

    /// <summary>Boxes of 2r + 1 samples have a variance of ((2r + 1)² − 1) ∕ 12 each.</summary>
    private static int RadiusFor(double sigma) => (int)Math.Round((Math.Sqrt((12 * sigma * sigma / Passes) + 1) - 1) / 2);

    private static void Along(ReadOnlySpan<float> source, Span<float> target, int radius)
    {
        var (sum, share) = (0f, 1f / ((2 * radius) + 1));
        for (var x = -radius; x < target.Length; x++)
        {
            sum += x + radius < source.Length ? source[x + radius] : 0;
            if (x >= 0)
            {
                target[x] = sum * share;
                sum -= x >= radius ? source[x - radius] : 0;
            }
        }
    }

    private static void Down(Plane source, Plane target, int radius, Span<float> sums)
    {
        var share = 1f / ((2 * radius) + 1);
        sums.Clear();
        for (var y = -radius; y < source.Height; y++)
        {
            if (y + radius < source.Height)
            {
                TensorPrimitives.Add(sums, source.Row(y + radius), sums);
            }

            if (y >= 0)
            {
                TensorPrimitives.Multiply(sums, share, target.Samples.Slice(y * target.Width, target.Width));
                if (y >= radius)
                {
                    TensorPrimitives.Subtract(sums, source.Row(y - radius), sums);
                }
            }
        }
    }
}
