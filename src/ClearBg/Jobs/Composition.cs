using ClearBg.Imaging;

namespace ClearBg.Jobs;

/// <summary>Puts the parts of an answer on its canvas: from bottom to top the background, the shadow, the cut-out.</summary>
internal sealed class Composition(Backdrop backdrop, ShadowCaster shadows, Compositor compositor, Resizer resizer, BufferPool pool)
{
    /// <summary>The finished picture.</summary>
    /// <param name="matted">With the colours at its edge.</param>
    /// <param name="layout">Where it goes.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="image">The background image; null for none.</param>
    /// <param name="cancellation">Stops within a few rows or between two steps.</param>
    /// <returns>RGB over an opaque background, else RGBA; in sRGB over any background but white, else in the picture's colours. Or the background image's refusal.</returns>
    public Outcome<Raster> Compose(Matted matted, Layout layout, RemovalOptions options, BackgroundPicture? image, CancellationToken cancellation)
    {
        var colour = options.Background;
        if (options.Format == OutputFormat.Jpg && colour is not { IsOpaque: true })
        {
            colour = colour?.Over(Rgba.White) ?? Rgba.White;
        }

        var shadow = options.Shadow is { Opacity: not 0 } visible ? visible : null;
        if (colour is null && image is null && shadow is null && layout.FillsCanvas)
        {
            return CutOut(matted, layout, options, image, cancellation);
        }

        if (!backdrop.Create(image, colour, layout.Width, layout.Height, cancellation).Succeeded(out var canvas, out var failure))
        {
            return failure;
        }

        try
        {
            if (shadow is not null)
            {
                shadows.Draw(shadow, matted.Matte, matted.Subject, layout, canvas, cancellation);
            }

            using var cutOut = CutOut(matted, layout, options, image, cancellation);
            Compositor.Lay(cutOut, canvas, layout.Target.Left, layout.Target.Top);
            return canvas;
        }
        catch
        {
            canvas.Dispose();
            throw;
        }
    }

    /// <summary>The matte, arranged like the picture.</summary>
    public Raster Matte(Matted matted, Layout layout, CancellationToken cancellation) =>
        Arranged(compositor.Cut(matted.Matte, layout.Source), layout, cancellation);

    /// <summary>The colours beside a matte: opaque, the old background still there.</summary>
    public Raster Colours(Matted matted, Layout layout, CancellationToken cancellation) =>
        Arranged(compositor.Unmix(matted.Picture, matted.Matte, layout.Source, EdgeOf(matted)), layout, cancellation);

    private Raster CutOut(Matted matted, Layout layout, RemovalOptions options, BackgroundPicture? image, CancellationToken cancellation)
    {
        var cutOut = Scaled(compositor.CutOut(matted.Picture, matted.Matte, layout.Source, EdgeOf(matted)), layout, cancellation);

        // White is white in every RGB profile; any other colour is meant as sRGB, so the picture must be too.
        return options.Background is null && image is null ? cutOut : ColourProfile.ToSrgb(pool, cutOut, matted.Metadata.IccProfile, cancellation);
    }

    /// <summary>Scales and pads a part of a picture; takes over the raster it is given.</summary>
    private Raster Arranged(Raster part, Layout layout, CancellationToken cancellation)
    {
        var scaled = Scaled(part, layout, cancellation);
        if (layout.Width == scaled.Width && layout.Height == scaled.Height)
        {
            return scaled;
        }

        using (scaled)
        {
            return compositor.Pad(scaled, layout.Width, layout.Height, layout.Target.Left, layout.Target.Top);
        }
    }

    private Raster Scaled(Raster part, Layout layout, CancellationToken cancellation)
    {
        if (part.Width == layout.Target.Width && part.Height == layout.Target.Height)
        {
            return part;
        }

        using (part)
        {
            return resizer.Resize(part, layout.Target.Width, layout.Target.Height, "lanczos3", cancellation);
        }
    }

    private static Compositor.EdgeColour EdgeOf(Matted matted) => matted.Edge!.ColourAt;
}
