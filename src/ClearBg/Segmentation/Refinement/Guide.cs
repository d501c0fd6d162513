using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>Colours of a small copy of a picture, 0 to 1, one plane each, the border repeated in the margins.</summary>
internal sealed unsafe class Guide : IDisposable
{
    /// <param name="pool">For the planes.</param>
    /// <param name="picture">RGB or RGBA.</param>
    /// <param name="part">Of it.</param>
    public Guide(BufferPool pool, Raster picture, Box part)
    {
        (Red, Green, Blue) = (new(pool, part.Width, part.Height), new(pool, part.Width, part.Height), new(pool, part.Width, part.Height));
        for (var y = 0; y < part.Height; y++)
        {
            var source = picture.Row(part.Top + y)[(part.Left * picture.Bands)..];
            var red = Red.Row(y);
            var green = Green.Row(y);
            var blue = Blue.Row(y);
            for (int x = 0, i = 0; x < red.Length; x++, i += picture.Bands)
            {
                (red[x], green[x], blue[x]) = (source[i] * (1 / 255f), source[i + 1] * (1 / 255f), source[i + 2] * (1 / 255f));
            }
        }

        Red.ExtendBorder();
        Green.ExtendBorder();
        Blue.ExtendBorder();
    }

    public MarginPlane Red { get; }

    public MarginPlane Green { get; }

    public MarginPlane Blue { get; }

    public void Dispose()
    {
        Red.Dispose();
        Green.Dispose();
        Blue.Dispose();
    }
}
