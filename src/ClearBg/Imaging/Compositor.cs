using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Imaging;

/// <summary>Puts pictures together: the cut-out from picture, matte and edge colours; then the cut-out on a canvas, with or without a background and a shadow.</summary>
internal sealed unsafe class Compositor(BufferPool pool)
{
    /// <summary>Gives the foreground colour of an edge pixel: column, row, the picture's colour (0–255 in three lanes), alpha (0–1).</summary>
    public delegate Vector128<float> EdgeColour(int x, int y, Vector128<float> colour, float alpha);

    /// <summary>Rows a task.</summary>
    private const int BandRows = 64;

    /// <summary>
    /// The cut-out: RGBA with straight alpha. Opaque pixels are the picture's own, to the bit; edge pixels are unmixed; where alpha is 0 the colour is black,
    /// so that nothing of the removed background leaves the machine.
    /// </summary>
    /// <param name="picture">RGB or RGBA; its own alpha must be in the matte already.</param>
    /// <param name="matte">One band, the picture's size.</param>
    /// <param name="source">The part wanted.</param>
    /// <param name="edge">Colours at the edge.</param>
    public Raster CutOut(Raster picture, Raster matte, Box source, EdgeColour edge)
    {
        var result = new Raster(pool, source.Width, source.Height, 4);
        Bands(source.Height, row =>
        {
            var colour = picture.Pointer + ((long)(source.Top + row) * picture.Stride) + ((long)source.Left * picture.Bands);
            var alpha = matte.Pointer + ((long)(source.Top + row) * matte.Stride) + source.Left;
            var target = (uint*)(result.Pointer + ((long)row * result.Stride));
            for (var x = 0; x < source.Width; x++, colour += picture.Bands)
            {
                target[x] = alpha[x] switch
                {
                    0 => 0,
                    255 => Pack(colour[0], colour[1], colour[2], 255),
                    var a => Pack(edge(source.Left + x, source.Top + row, Vector128.Create(colour[0], colour[1], colour[2], 0f), a / 255f), a),
                };
            }
        });
        return result;
    }

    /// <summary>A part of the picture, RGB, background included, with only its edge pixels unmixed: what stands beside a separate matte.</summary>
    public Raster Unmix(Raster picture, Raster matte, Box source, EdgeColour edge)
    {
        var result = new Raster(pool, source.Width, source.Height, 3);
        Bands(source.Height, row =>
        {
            var colour = picture.Pointer + ((long)(source.Top + row) * picture.Stride) + ((long)source.Left * picture.Bands);
            var alpha = matte.Pointer + ((long)(source.Top + row) * matte.Stride) + source.Left;
            var target = result.Pointer + ((long)row * result.Stride);
            for (var x = 0; x < source.Width; x++, colour += picture.Bands, target += 3)
            {
                var packed = alpha[x] is 0 or 255
                    ? Pack(colour[0], colour[1], colour[2], 255)
                    : Pack(edge(source.Left + x, source.Top + row, Vector128.Create(colour[0], colour[1], colour[2], 0f), alpha[x] / 255f), 255);
                target[0] = (byte)packed;
                target[1] = (byte)(packed >> 8);
                target[2] = (byte)(packed >> 16);
            }
        });
        return result;
    }

    /// <summary>Lays the cut-out on a canvas of one colour.</summary>
    /// <param name="cutOut">RGBA.</param>
    /// <param name="canvasWidth">Pixels.</param>
    /// <param name="canvasHeight">Pixels.</param>
    /// <param name="left">Column of the cut-out's left edge.</param>
    /// <param name="top">Row of its top edge.</param>
    /// <param name="background">In the picture's colour space; null for none.</param>
    /// <returns>RGB over an opaque background, else RGBA.</returns>
    public Raster Place(Raster cutOut, int canvasWidth, int canvasHeight, int left, int top, Rgba? background)
    {
        var canvas = Canvas(canvasWidth, canvasHeight, background);
        Lay(cutOut, canvas, left, top);
        return canvas;
    }

    /// <summary>A canvas of one colour: RGB when it is opaque, else RGBA.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="background">Null for none.</param>
    public Raster Canvas(int width, int height, Rgba? background)
    {
        var plate = background ?? default;
        var canvas = new Raster(pool, width, height, plate.IsOpaque ? 3 : 4);
        Bands(height, row => Fill(canvas.Row(row), plate, canvas.Bands));
        return canvas;
    }

    /// <summary>Lays a cut-out over what a canvas shows.</summary>
    /// <param name="cutOut">RGBA, no larger than the canvas.</param>
    /// <param name="canvas">RGB or RGBA, in the cut-out's colour space.</param>
    /// <param name="left">Column of the cut-out's left edge.</param>
    /// <param name="top">Row of its top edge.</param>
    public static void Lay(Raster cutOut, Raster canvas, int left, int top) => Bands(cutOut.Height, row =>
    {
        var target = canvas.Row(top + row).Slice(left * canvas.Bands, cutOut.Width * canvas.Bands);
        if (canvas.Bands == 3)
        {
            OverOpaque(cutOut.Row(row), target);
        }
        else
        {
            OverTranslucent(MemoryMarshal.Cast<byte, uint>(cutOut.Row(row)), MemoryMarshal.Cast<byte, uint>(target));
        }
    });

    /// <summary>Lays black over what a canvas shows.</summary>
    /// <param name="shade">One band: how much of it, 0–255. No larger than the canvas.</param>
    /// <param name="canvas">RGB or RGBA.</param>
    /// <param name="left">Column of the shade's left edge.</param>
    /// <param name="top">Row of its top edge.</param>
    public static void Darken(Raster shade, Raster canvas, int left, int top) => Bands(shade.Height, row =>
    {
        var source = shade.Row(row);
        var target = canvas.Row(top + row).Slice(left * canvas.Bands, shade.Width * canvas.Bands);
        if (canvas.Bands == 4)
        {
            var pixels = MemoryMarshal.Cast<byte, uint>(target);
            for (var x = 0; x < source.Length; x++)
            {
                pixels[x] = Over((uint)source[x] << 24, pixels[x]);
            }

            return;
        }

        for (int x = 0, to = 0; x < source.Length; x++, to += 3)
        {
            if (source[x] == 0)
            {
                continue;
            }

            var rest = 255 - source[x];
            target[to] = Divide255(target[to] * rest);
            target[to + 1] = Divide255(target[to + 1] * rest);
            target[to + 2] = Divide255(target[to + 2] * rest);
        }
    });

    /// <summary>The same for a matte or an RGB picture, on black.</summary>
    public Raster Pad(Raster raster, int canvasWidth, int canvasHeight, int left, int top)
    {
        var result = new Raster(pool, canvasWidth, canvasHeight, raster.Bands);
        Bands(canvasHeight, row =>
        {
            var target = result.Row(row);
            target.Clear();
            if (row >= top && row < top + raster.Height)
            {
                raster.Row(row - top).CopyTo(target[(left * raster.Bands)..]);
            }
        });
        return result;
    }

    /// <summary>A part of a matte, copied.</summary>
    public Raster Cut(Raster matte, Box source)
    {
        var result = new Raster(pool, source.Width, source.Height, 1);
        for (var row = 0; row < source.Height; row++)
        {
            matte.Row(source.Top + row).Slice(source.Left, source.Width).CopyTo(result.Row(row));
        }

        return result;
    }

    /// <summary>Multiplies a matte by the picture's own alpha.</summary>
    public static void MultiplyByAlpha(Raster matte, Raster picture)
    {
        var alpha = matte.Samples;
        var own = picture.Samples;
        for (var i = 0; i < alpha.Length; i++)
        {
            alpha[i] = Divide255(alpha[i] * own[(4 * i) + 3]);
        }
    }

    private static void Bands(int height, Action<int> row) => Parallel.For(0, (height + BandRows - 1) / BandRows, band =>
    {
        for (var y = band * BandRows; y < Math.Min(height, (band + 1) * BandRows); y++)
        {
            row(y);
        }
    });

    private static void Fill(Span<byte> row, Rgba colour, int bands)
    {
        if (bands == 4)
        {
            MemoryMarshal.Cast<byte, uint>(row).Fill(Pack(colour.Red, colour.Green, colour.Blue, colour.Alpha));
            return;
        }

        for (var i = 0; i < row.Length; i += 3)
        {
            (row[i], row[i + 1], row[i + 2]) = (colour.Red, colour.Green, colour.Blue);
        }
    }

    private static void OverOpaque(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (int from = 0, to = 0; from < source.Length; from += 4, to += 3)
        {
            var (alpha, rest) = (source[from + 3], 255 - source[from + 3]);
            target[to] = Divide255((source[from] * alpha) + (target[to] * rest));
            target[to + 1] = Divide255((source[from + 1] * alpha) + (target[to + 1] * rest));
            target[to + 2] = Divide255((source[from + 2] * alpha) + (target[to + 2] * rest));
        }
    }

    private static void OverTranslucent(ReadOnlySpan<uint> source, Span<uint> target)
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = Over(source[i], target[i]);
        }
    }

    /// <summary>Porter and Duff's "over" with straight alpha on both sides (Compositing Digital Images, 1984).</summary>
    private static uint Over(uint over, uint under)
    {
        if (over >> 24 is 0)
        {
            return under;
        }

        if (over >> 24 is 255 || under >> 24 is 0)
        {
            return over;
        }

        var alpha = (over >> 24) / 255f;
        var below = (under >> 24) / 255f * (1 - alpha);
        var sum = alpha + below;
        return Mix(0) | (Mix(8) << 8) | (Mix(16) << 16) | ((uint)((sum * 255f) + 0.5f) << 24);

        uint Mix(int shift) => (uint)((((((over >> shift) & 255) * alpha) + (((under >> shift) & 255) * below)) / sum) + 0.5f);
    }

    /// <summary>Rounded division by 255, exact for every product of two bytes and their sums up to 65,025.</summary>
    private static byte Divide255(int value) => (byte)((value + 128 + ((value + 128) >> 8)) >> 8);

    private static uint Pack(Vector128<float> colour, byte alpha)
    {
        var rounded = Vector128.ConvertToInt32(colour + Vector128.Create(0.5f));
        return Pack((byte)rounded.GetElement(0), (byte)rounded.GetElement(1), (byte)rounded.GetElement(2), alpha);
    }

    private static uint Pack(byte red, byte green, byte blue, byte alpha) => red | ((uint)green << 8) | ((uint)blue << 16) | ((uint)alpha << 24);
}
