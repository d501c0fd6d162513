namespace ClearBg.Imaging.Shadows;

/// <summary>
/// A shadow on the ground behind a standing subject, as a light from the front and top left casts it: what is u above the <see cref="GroundLine"/> falls
/// u · <see cref="Shear"/> to the right and u · <see cref="Length"/> behind the line. With its distance from what casts it a shadow gets softer and fainter.
/// </summary>
internal static class CastShadow
{
    private const double Shear = 0.55;

    private const double Length = 0.4;

    /// <summary>Blur where the subject touches the ground, half-way and at the shadow's end, in shares of the subject's height.</summary>
    private static readonly double[] Blurs = [0.004, 0.015, 0.035];

    /// <summary>How much fainter the end is.</summary>
    private const float Fading = 0.65f;

    /// <summary>Casts it.</summary>
    /// <param name="pool">For the result and working copies.</param>
    /// <param name="silhouette">The subject's coverage in its box, 0–1.</param>
    /// <param name="cancellation">Stops between two blurs.</param>
    public static ShadowPlane Cast(BufferPool pool, Plane silhouette, CancellationToken cancellation)
    {
        var height = silhouette.Height;
        var reach = (int)Math.Ceiling(3 * Blurs[^1] * height);
        var ground = GroundLine.Of(silhouette);
        var shadow = ShadowPlane.Around(pool, silhouette, reach, reach, reach + (int)Math.Ceiling(Shear * height), reach);
        try
        {
            using var outline = new Plane(pool, shadow.Darkness.Width, shadow.Darkness.Height);
            var lines = new float[outline.Width];
            for (var x = 0; x < lines.Length; x++)
            {
                lines[x] = shadow.Top + ground.At(x - shadow.Left);
            }

            Project(silhouette, ground, lines, outline, shadow.Left);
            var last = 0.0;
            for (var level = 0; level < Blurs.Length; level++)
            {
                cancellation.ThrowIfCancellationRequested();

                // Variances add up: each level is blurred on from the one before.
                var sigma = Blurs[level] * height;
                BoxBlur.Apply(pool, outline, Math.Sqrt((sigma * sigma) - (last * last)));
                last = sigma;
                Blend(outline, lines, height, level, shadow.Darkness);
            }

            return shadow;
        }
        catch
        {
            shadow.Dispose();
            throw;
        }
    }

    private static void Project(Plane silhouette, GroundLine ground, float[] lines, Plane outline, int left)
    {
        outline.Samples.Clear();
        var source = silhouette.Samples;
        for (var y = 0; y < outline.Height; y++)
        {
            var target = outline.Samples.Slice(y * outline.Width, outline.Width);
            for (var x = 0; x < target.Length; x++)
            {
                var above = (lines[x] - y - 0.5) / Length;
                if (above >= 0 && above <= silhouette.Height)
                {
                    var column = x + 0.5 - left - (above * Shear);
                    target[x] = Sample(source, silhouette.Width, column, ground.At(column) - above);
                }
            }
        }
    }

    /// <summary>Adds a level's share: each is alone at its own distance, and they fade into one another between.</summary>
    private static void Blend(Plane outline, float[] lines, int height, int level, Plane darkness)
    {
        var source = outline.Samples;
        var target = darkness.Samples;
        for (int y = 0, i = 0; y < darkness.Height; y++)
        {
            for (var x = 0; x < darkness.Width; x++, i++)
            {
                var distance = Math.Clamp((lines[x] - y - 0.5f) / (float)(Length * height), 0, 1);
                var share = Math.Max(0, 1 - Math.Abs((distance * (Blurs.Length - 1)) - level));
                target[i] += source[i] * share * (1 - (Fading * distance));
            }
        }
    }

    /// <summary>Bilinear; 0 outside.</summary>
    private static float Sample(ReadOnlySpan<float> samples, int width, double x, double y)
    {
        var height = samples.Length / width;
        var (left, top) = ((int)Math.Floor(x - 0.5), (int)Math.Floor(y - 0.5));
        if (left < -1 || left >= width || top < -1 || top >= height)
        {
            return 0;
        }

        var (fx, fy) = ((float)(x - 0.5 - left), (float)(y - 0.5 - top));
        return (Line(samples, width, height, left, top, fx) * (1 - fy)) + (Line(samples, width, height, left, top + 1, fx) * fy);
    }

    private static float Line(ReadOnlySpan<float> samples, int width, int height, int x, int y, float fraction)
    {
        if (y < 0 || y >= height)
        {
            return 0;
        }

        var (left, right) = (x >= 0 ? samples[(y * width) + x] : 0, x + 1 < width ? samples[(y * width) + x + 1] : 0);
        return left + ((right - left) * fraction);
    }
}
