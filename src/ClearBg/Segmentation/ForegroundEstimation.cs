using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClearBg.Imaging;

namespace ClearBg.Segmentation;

/// <summary>
/// Unmixes the colours at the subject's edge: a picture is I = αF + (1−α)B, and a cut-out must show F, or the old background shines through as a halo.
/// F and B are estimated by the multi-level method of Germer et al., "Fast Multi-Level Foreground Estimation" (ICPR 2020), on the picture averaged down to at most
/// <see cref="WorkingPixels"/>; at full size each edge pixel then takes them by interpolation and moves them so that its own mixture comes out right
/// (the closing step of Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021).
/// </summary>
internal sealed unsafe class ForegroundEstimation : IDisposable
{
    /// <summary>Enough to follow a contour; the detail inside an edge pixel comes from the picture itself.</summary>
    private const int WorkingPixels = 400_000;

    /// <summary>Below this size of a level, many sweeps are cheap and carry colours far; above it, a few refine.</summary>
    private const int SmallLevel = 32;
    private const int SmallSweeps = 10;
    private const int LargeSweeps = 2;

    /// <summary>Smoothness everywhere, and added smoothness across edges of α, as in the paper.</summary>
    private const float Regularisation = 1e-5f;
    private const float GradientWeight = 1f;

    private readonly PixelBuffer _foreground;
    private readonly PixelBuffer _background;
    private readonly int _width;
    private readonly int _height;
    private readonly float _scaleX;
    private readonly float _scaleY;

    private ForegroundEstimation(PixelBuffer foreground, PixelBuffer background, int width, int height, Raster picture)
    {
        (_foreground, _background, _width, _height) = (foreground, background, width, height);
        (_scaleX, _scaleY) = ((float)width / picture.Width, (float)height / picture.Height);
    }

    /// <summary>Estimates both colours for a picture and its matte.</summary>
    /// <param name="pool">For the working images.</param>
    /// <param name="picture">RGB or RGBA.</param>
    /// <param name="matte">One band, the picture's size.</param>
    public static ForegroundEstimation Estimate(BufferPool pool, Raster picture, Raster matte)
    {
        var factor = Math.Max(1, (int)Math.Ceiling(Math.Sqrt(picture.Width * (double)picture.Height / WorkingPixels)));
        var (width, height) = ((picture.Width + factor - 1) / factor, (picture.Height + factor - 1) / factor);
        var pixels = width * height;
        using var mixed = pool.Rent((long)pixels * sizeof(Vector128<float>));
        var foreground = pool.Rent((long)pixels * sizeof(Vector128<float>));
        PixelBuffer? background = null;
        try
        {
            background = pool.Rent((long)pixels * sizeof(Vector128<float>));
            Average(picture, matte, factor, width, height, Colours(mixed));
            Solve(pool, Colours(mixed), width, height, foreground, background);
            return new ForegroundEstimation(foreground, background, width, height, picture);
        }
        catch
        {
            foreground.Dispose();
            background?.Dispose();
            throw;
        }
    }

    /// <summary>The unmixed foreground colour of one pixel.</summary>
    /// <param name="x">Column in the picture.</param>
    /// <param name="y">Row in the picture.</param>
    /// <param name="colour">The picture's colour there, 0–255 in the first three lanes.</param>
    /// <param name="alpha">The matte there, 0–1.</param>
    /// <returns>0–255 in the first three lanes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Vector128<float> ColourAt(int x, int y, Vector128<float> colour, float alpha)
    {
        var (u, v) = (Math.Clamp(((x + 0.5f) * _scaleX) - 0.5f, 0, _width - 1), Math.Clamp(((y + 0.5f) * _scaleY) - 0.5f, 0, _height - 1));
        var foreground = Interpolate(Colours(_foreground), u, v);
        var background = Interpolate(Colours(_background), u, v);

        // The least change of F and B together that explains the pixel.
        var residual = colour - (foreground * alpha) - (background * (1 - alpha));
        var corrected = foreground + (residual * (alpha / ((alpha * alpha) + ((1 - alpha) * (1 - alpha)))));
        return Vector128.Min(Vector128.Max(corrected, Vector128<float>.Zero), Vector128.Create(255f));
    }

    public void Dispose()
    {
        _foreground.Dispose();
        _background.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<float> Interpolate(Vector128<float>* image, float u, float v)
    {
        var (x, y) = ((int)u, (int)v);
        var (right, below) = (x + 1 < _width ? 1 : 0, y + 1 < _height ? _width : 0);
        var corner = image + ((long)y * _width) + x;
        var (fx, fy) = (u - x, v - y);
        var top = corner[0] + ((corner[right] - corner[0]) * fx);
        var bottom = corner[below] + ((corner[below + right] - corner[below]) * fx);
        return top + ((bottom - top) * fy);
    }

    /// <summary>Block averages of the picture in the first three lanes (0–255), of the matte in the fourth (0–1).</summary>
    private static void Average(Raster picture, Raster matte, int factor, int width, int height, Vector128<float>* target)
    {
        Parallel.For(0, height, row =>
        {
            var bands = picture.Bands;
            var (top, bottom) = (row * factor, Math.Min(picture.Height, (row + 1) * factor));
            for (var column = 0; column < width; column++)
            {
                var (left, right) = (column * factor, Math.Min(picture.Width, (column + 1) * factor));
                int red = 0, green = 0, blue = 0, alpha = 0;
                for (var y = top; y < bottom; y++)
                {
                    var colour = picture.Pointer + ((long)y * picture.Stride) + ((long)left * bands);
                    var coverage = matte.Pointer + ((long)y * matte.Stride) + left;
                    for (var x = left; x < right; x++, colour += bands, coverage++)
                    {
                        red += colour[0];
                        green += colour[1];
                        blue += colour[2];
                        alpha += *coverage;
                    }
                }

                var share = 1f / ((bottom - top) * (right - left));
                target[(row * width) + column] = Vector128.Create(red, green, blue, alpha / 255f) * share;
            }
        });
    }

    private static void Solve(BufferPool pool, Vector128<float>* mixed, int width, int height, PixelBuffer foreground, PixelBuffer background)
    {
        using var level = pool.Rent(foreground.Length);
        using var spareForeground = pool.Rent(foreground.Length);
        using var spareBackground = pool.Rent(foreground.Length);
        PixelBuffer[] fore = [foreground, spareForeground];
        PixelBuffer[] back = [background, spareBackground];
        var image = (Vector128<float>*)level.Pointer;

        // Each level reads one buffer and writes the other; the last must write the caller's.
        var levels = (int)Math.Ceiling(Math.Log2(Math.Max(Math.Max(width, height), 2)));
        var (oldWidth, oldHeight) = (1, 1);
        fore[levels % 2].Bytes[..sizeof(Vector128<float>)].Clear();
        back[levels % 2].Bytes[..sizeof(Vector128<float>)].Clear();
        for (var i = 1; i <= levels; i++)
        {
            var (from, to) = ((levels - i + 1) % 2, (levels - i) % 2);
            var w = Math.Max(1, (int)Math.Round(Math.Pow(width, i / (double)levels)));
            var h = Math.Max(1, (int)Math.Round(Math.Pow(height, i / (double)levels)));
            var nextFore = Colours(fore[to]);
            var nextBack = Colours(back[to]);
            Nearest(mixed, width, height, image, w, h);
            Nearest(Colours(fore[from]), oldWidth, oldHeight, nextFore, w, h);
            Nearest(Colours(back[from]), oldWidth, oldHeight, nextBack, w, h);
            var sweeps = Math.Max(w, h) <= SmallLevel ? SmallSweeps : LargeSweeps;
            for (var sweep = 0; sweep < sweeps; sweep++)
            {
                Sweep(image, nextFore, nextBack, w, h);
            }

            (oldWidth, oldHeight) = (w, h);
        }
    }

    private static Vector128<float>* Colours(PixelBuffer buffer) => (Vector128<float>*)buffer.Pointer;

    private static void Nearest(Vector128<float>* source, int width, int height, Vector128<float>* target, int newWidth, int newHeight)
    {
        for (var y = 0; y < newHeight; y++)
        {
            var row = source + ((long)(y * (long)height / newHeight) * width);
            for (var x = 0; x < newWidth; x++)
            {
                *target++ = row[x * (long)width / newWidth];
            }
        }
    }

    /// <summary>One Gauss–Seidel sweep: each pixel solves its own 2 × 2 system, its neighbours held.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sweep(Vector128<float>* image, Vector128<float>* fore, Vector128<float>* back, int width, int height)
    {
        for (var y = 0; y < height; y++)
        {
            var up = y > 0 ? -width : 0;
            var down = y + 1 < height ? width : 0;
            for (var x = 0; x < width; x++)
            {
                var i = ((long)y * width) + x;
                var alpha = image[i].GetElement(3);
                var rest = 1 - alpha;
                var (left, right) = (x > 0 ? i - 1 : i, x + 1 < width ? i + 1 : i);
                var (above, below) = (i + up, i + down);

                var weightLeft = Regularisation + (GradientWeight * Math.Abs(alpha - image[left].GetElement(3)));
                var weightRight = Regularisation + (GradientWeight * Math.Abs(alpha - image[right].GetElement(3)));
                var weightAbove = Regularisation + (GradientWeight * Math.Abs(alpha - image[above].GetElement(3)));
                var weightBelow = Regularisation + (GradientWeight * Math.Abs(alpha - image[below].GetElement(3)));
                var smooth = weightLeft + weightRight + weightAbove + weightBelow;

                var b0 = (image[i] * alpha) + (fore[left] * weightLeft) + (fore[right] * weightRight) + (fore[above] * weightAbove) + (fore[below] * weightBelow);
                var b1 = (image[i] * rest) + (back[left] * weightLeft) + (back[right] * weightRight) + (back[above] * weightAbove) + (back[below] * weightBelow);
                var (a00, a01, a11) = ((alpha * alpha) + smooth, alpha * rest, (rest * rest) + smooth);
                var inverse = 1 / ((a00 * a11) - (a01 * a01));
                fore[i] = Clamp(((b0 * a11) - (b1 * a01)) * inverse);
                back[i] = Clamp(((b1 * a00) - (b0 * a01)) * inverse);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Clamp(Vector128<float> colour) =>
        Vector128.Min(Vector128.Max(colour, Vector128<float>.Zero), Vector128.Create(255f));
}
