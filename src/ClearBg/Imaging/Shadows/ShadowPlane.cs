namespace ClearBg.Imaging.Shadows;

/// <summary>A subject's shadow around the place where the subject stands, in samples of its silhouette.</summary>
/// <param name="Darkness">0 (none) to 1.</param>
/// <param name="Left">Column of <paramref name="Darkness"/> at which the silhouette begins.</param>
/// <param name="Top">Row of <paramref name="Darkness"/> at which the silhouette begins; negative where it begins above.</param>
internal sealed record ShadowPlane(Plane Darkness, int Left, int Top) : IDisposable
{
    /// <summary>An empty one with room around the silhouette, in samples, or without some of its own where that is negative.</summary>
    public static ShadowPlane Around(BufferPool pool, Plane silhouette, int left, int top, int right, int bottom)
    {
        var darkness = new Plane(pool, left + silhouette.Width + right, top + silhouette.Height + bottom);
        darkness.Samples.Clear();
        return new ShadowPlane(darkness, left, top);
    }

    public void Dispose() => Darkness.Dispose();
}
