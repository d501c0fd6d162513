using System.Numerics.Tensors;
using ClearBg.Imaging;
using ClearBg.Imaging.Shadows;

namespace ClearBg.Jobs;

/// <summary>
/// Draws a subject's shadow on a canvas, black and under everything that is laid on the canvas later. A shadow's lengths are relative to the subject, so it goes
/// with its size and place; what the canvas doesn't hold is cut off. It is worked out on a small silhouette and enlarged: shadows are soft.
/// </summary>
internal sealed class ShadowCaster(Resizer resizer, BufferPool pool)
{
    /// <summary>Samples of the silhouette's longer side, whatever the subject's size.</summary>
    private const int Side = 512;

    /// <summary>Draws it.</summary>
    /// <param name="shadow">What was asked.</param>
    /// <param name="matte">One band, the picture's size.</param>
    /// <param name="subject">The subject's box in the picture.</param>
    /// <param name="layout">Where the picture goes on the canvas.</param>
    /// <param name="canvas">RGB or RGBA.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    public void Draw(Shadow shadow, Raster matte, Box subject, Layout layout, Raster canvas, CancellationToken cancellation)
    {
        using var silhouette = Silhouette(matte, subject, cancellation);
        using var cast = KindFor(shadow.Kind, matte, subject) switch
        {
            ShadowKind.Drop => DropShadow.Cast(pool, silhouette),
            ShadowKind.Car => CarShadow.Cast(pool, silhouette),
            ShadowKind.Cast => CastShadow.Cast(pool, silhouette, cancellation),
            var unknown => throw new ArgumentOutOfRangeException(nameof(shadow), unknown, null),
        };
        cancellation.ThrowIfCancellationRequested();
        TensorPrimitives.Multiply(cast.Darkness.Samples, (float)(shadow.Opacity ?? OpacityOf(shadow.Kind)), cast.Darkness.Samples);
        Enlarge(cast, silhouette, subject, layout, canvas);
    }

    /// <summary>What looks right over white, where nobody says it: ground below a car is nearly black, light falls into every other shadow.</summary>
    private static double OpacityOf(ShadowKind kind) => kind switch
    {
        ShadowKind.Car => 0.9,
        ShadowKind.Drop => 0.5,
        _ => 0.55,
    };

    /// <summary>A subject that the picture's lower edge cuts doesn't stand on anything that is seen: a shadow on the ground would begin at the cut.</summary>
    private static ShadowKind KindFor(ShadowKind wanted, Raster matte, Box subject) =>
        wanted == ShadowKind.Cast && subject.Bottom >= matte.Height ? ShadowKind.Drop : wanted;

    private Plane Silhouette(Raster matte, Box subject, CancellationToken cancellation)
    {
        var scale = (double)Side / Math.Max(subject.Width, subject.Height);
        var (width, height) = (Math.Max(1, (int)Math.Round(subject.Width * scale)), Math.Max(1, (int)Math.Round(subject.Height * scale)));
        using var small = resizer.Resize(matte, subject, width, height, "linear", cancellation);
        var silhouette = new Plane(pool, width, height);
        TensorPrimitives.ConvertTruncating<byte, float>(small.Samples, silhouette.Samples);
        TensorPrimitives.Divide(silhouette.Samples, 255, silhouette.Samples);
        return silhouette;
    }

    private void Enlarge(ShadowPlane cast, Plane silhouette, Box subject, Layout layout, Raster canvas)
    {
        // Canvas pixels of a pixel of the picture, then of a sample of the silhouette.
        var (pictureX, pictureY) = ((double)layout.Target.Width / layout.Source.Width, (double)layout.Target.Height / layout.Source.Height);
        var (scaleX, scaleY) = (pictureX * subject.Width / silhouette.Width, pictureY * subject.Height / silhouette.Height);
        var left = layout.Target.Left + ((subject.Left - layout.Source.Left) * pictureX) - (cast.Left * scaleX);
        var top = layout.Target.Top + ((subject.Top - layout.Source.Top) * pictureY) - (cast.Top * scaleY);

        var (x, y) = (Math.Max(0, (int)Math.Ceiling(left)), Math.Max(0, (int)Math.Ceiling(top)));
        var (right, bottom) = (Math.Min(canvas.Width, (int)(left + (cast.Darkness.Width * scaleX))), Math.Min(canvas.Height, (int)(top + (cast.Darkness.Height * scaleY))));
        if (x >= right || y >= bottom)
        {
            return;
        }

        using var shade = new Raster(pool, right - x, bottom - y, 1);
        cast.Darkness.ResampleTo((x - left) / scaleX, (y - top) / scaleY, shade.Width / scaleX, shade.Height / scaleY, shade);
        Compositor.Darken(shade, canvas, x, y);
    }
}
