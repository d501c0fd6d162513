namespace ClearBg.Imaging.Shadows;

/// <summary>A drop shadow: the subject's outline, blurred and moved down. Lengths are shares of √(width · height) of the subject.</summary>
internal static class DropShadow
{
    private const double Offset = 0.05;

    private const double Blur = 0.035;

    /// <summary>Casts it.</summary>
    /// <param name="pool">For the result and working copies.</param>
    /// <param name="silhouette">The subject's coverage in its box, 0–1.</param>
    public static ShadowPlane Cast(BufferPool pool, Plane silhouette)
    {
        var size = Math.Sqrt((double)silhouette.Width * silhouette.Height);
        var (offset, reach) = ((int)Math.Round(Offset * size), (int)Math.Ceiling(3 * Blur * size));
        var shadow = ShadowPlane.Around(pool, silhouette, reach, reach, reach, reach + offset);
        var darkness = shadow.Darkness;
        for (var y = 0; y < silhouette.Height; y++)
        {
            silhouette.Row(y).CopyTo(darkness.Samples[(((reach + offset + y) * darkness.Width) + reach)..]);
        }

        BoxBlur.Apply(pool, darkness, Blur * size);
        return shadow;
    }
}
