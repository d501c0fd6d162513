using ClearBg.Imaging;

namespace ClearBg.Jobs;

/// <summary>Makes the canvas that the cut-out is laid on: a colour, a picture, or nothing.</summary>
internal sealed class Backdrop(BoundedDecoder decoder, Resizer resizer, Compositor compositor, BufferPool pool)
{
    /// <summary>A canvas in sRGB.</summary>
    /// <param name="picture">Covers the canvas, centred; null for none.</param>
    /// <param name="colour">Lies under the picture and shows where that is transparent; null for none.</param>
    /// <param name="width">Of the canvas, pixels.</param>
    /// <param name="height">Of the canvas, pixels.</param>
    /// <param name="cancellation">Stops decoding within a few rows.</param>
    /// <returns>RGB where nothing shows through, as far as that is known without looking at every pixel; else RGBA. Or the refusals of <see cref="BoundedDecoder"/>.</returns>
    public Outcome<Raster> Create(BackgroundPicture? picture, Rgba? colour, int width, int height, CancellationToken cancellation)
    {
        if (picture is null)
        {
            return compositor.Canvas(width, height, colour);
        }

        var (ownWidth, ownHeight) = picture.Header.Upright;
        var enough = Cover.Size(ownWidth, ownHeight, width, height);
        if (!decoder.Decode(picture.Header, picture.File, enough, cancellation).Succeeded(out var decoded, out var failure))
        {
            return BackgroundPicture.Refusal(failure);
        }

        var covering = ColourProfile.ToSrgb(pool, Fit(decoded.Pixels, width, height, cancellation), decoded.Metadata.IccProfile, cancellation);
        if (covering.Bands == 3)
        {
            return covering;
        }

        using (covering)
        {
            return compositor.Place(covering, width, height, 0, 0, colour);
        }
    }

    /// <summary>Takes over the raster it is given.</summary>
    private Raster Fit(Raster picture, int width, int height, CancellationToken cancellation)
    {
        if (picture.Width == width && picture.Height == height)
        {
            return picture;
        }

        using (picture)
        {
            return resizer.Resize(picture, Cover.Part(picture.Width, picture.Height, width, height), width, height, "lanczos3", cancellation);
        }
    }
}
