using ClearBg.Imaging.Vips;

namespace ClearBg.Imaging;

/// <summary>Resizes rasters. RGBA is resized premultiplied, so that colours of transparent pixels don't leak.</summary>
internal sealed class Resizer(BufferPool pool)
{
    /// <summary>Resizes to exactly <paramref name="width"/> × <paramref name="height"/> pixels.</summary>
    /// <param name="source">1, 3 or 4 bands.</param>
    /// <param name="width">Pixels, at least 1.</param>
    /// <param name="height">Pixels, at least 1.</param>
    /// <param name="kernel">libvips' name: lanczos3 for pictures that people see, linear for a model's input.</param>
    /// <param name="cancellation">Stops within a few rows.</param>
    public Raster Resize(Raster source, int width, int height, string kernel, CancellationToken cancellation)
    {
        using var image = source.AsVips();
        return Resize(image, width, height, kernel, cancellation);
    }

    /// <summary>The same for a part of a raster.</summary>
    public Raster Resize(Raster source, Box part, int width, int height, string kernel, CancellationToken cancellation)
    {
        using var image = source.AsVips(part);
        return Resize(image, width, height, kernel, cancellation);
    }

    private Raster Resize(VipsImage image, int width, int height, string kernel, CancellationToken cancellation)
    {
        if (image.Bands != 4)
        {
            using var resized = Scale(image, width, height, kernel);
            return Raster.From(pool, resized, cancellation);
        }

        using var premultiplied = VipsOperation.Apply("premultiply", image);
        using var scaled = Scale(premultiplied, width, height, kernel);
        using var straight = VipsOperation.Apply("unpremultiply", scaled);

        // The cast alone cuts fractions off: 254.9999 would be 254, and opaque no longer opaque.
        using var rounded = VipsOperation.Apply("round", straight, ("round", "rint"));
        using var samples = VipsOperation.Apply("cast", rounded, ("format", "uchar"));
        return Raster.From(pool, samples, cancellation);
    }

    private static VipsImage Scale(VipsImage image, int width, int height, string kernel) =>
        VipsOperation.Apply("resize", image, ("scale", (double)width / image.Width), ("vscale", (double)height / image.Height), ("kernel", kernel));
}
