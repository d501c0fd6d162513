using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>
/// A matte as a local linear function of the picture's colours, α = a·I + b, fitted on small copies and applied at full size: He and Sun, "Fast Guided Filter" (2015),
/// with the colour guide of He, Sun and Tang, "Guided Image Filtering" (PAMI 2013), eq. 19–21. Fitted and applied in the band only.
/// </summary>
internal sealed unsafe class ColourLines : IDisposable
{
    /// <summary>ε: variance of colours that the matte must not follow.</summary>
    private const float Noise = 1e-4f;

    private readonly PixelBuffer _lines;
    private readonly int _width;
    private readonly int _height;

    /// <param name="pool">For the working planes.</param>
    /// <param name="guide">The small copy's colours.</param>
    /// <param name="matte">Its coverage, 0 to 1, the border repeated in the margins.</param>
    /// <param name="band">Where it is needed.</param>
    /// <param name="smooths">True for the guided filter as published, with windows of 5 × 5; false, with 3 × 3, keeps the small matte's own values and only takes the slopes.</param>
    public ColourLines(BufferPool pool, Guide guide, MarginPlane matte, Band band, bool smooths)
    {
        var radius = smooths ? 2 : 1;
        (_width, _height) = (matte.Width, matte.Height);
        _lines = pool.Rent((long)_width * _height * sizeof(Vector128<float>));
        try
        {
            using var red = new MarginPlane(pool, _width, _height);
            using var green = new MarginPlane(pool, _width, _height);
            using var blue = new MarginPlane(pool, _width, _height);
            using var level = new MarginPlane(pool, _width, _height);
            MarginPlane[] fitted = [red, green, blue, level];
            foreach (var run in band.Runs(matte, radius + 2))
            {
                for (var i = run.Start; i < run.Start + run.Length; i += MarginPlane.Block)
                {
                    Fit(guide, matte, i, radius, fitted);
                }
            }

            foreach (var plane in fitted)
            {
                plane.ExtendBorder();
            }

            Mean(guide, matte, band, radius, smooths, fitted);
        }
        catch
        {
            _lines.Dispose();
            throw;
        }
    }

    /// <summary>Coverage at a place of the small copy for a colour.</summary>
    /// <param name="u">Column, in samples between centres: 0 is the first centre; within the copy.</param>
    /// <param name="v">Row.</param>
    /// <param name="colour">Red, green and blue, 0 to 255.</param>
    /// <returns>0 to 1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float At(float u, float v, ReadOnlySpan<byte> colour)
    {
        var (x, y) = ((int)u, (int)v);
        var (right, below) = (x + 1 < _width ? 1 : 0, y + 1 < _height ? _width : 0);
        var corner = (Vector128<float>*)_lines.Pointer + ((long)y * _width) + x;
        var (fx, fy) = (u - x, v - y);
        var top = corner[0] + ((corner[right] - corner[0]) * fx);
        var bottom = corner[below] + ((corner[below + right] - corner[below]) * fx);
        var value = Vector128.Dot(top + ((bottom - top) * fy), Vector128.Create(colour[0], colour[1], colour[2], 255f));
        return Math.Clamp(value * (1 / 255f), 0, 1);
    }

    public void Dispose() => _lines.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fit(Guide guide, MarginPlane matte, int index, int radius, MarginPlane[] fitted)
    {
        var (red, green, blue, alpha) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var stride = matte.Stride;
        for (var dy = -radius; dy <= radius; dy++)
        {
            for (var i = index + (dy * stride) - radius; i <= index + (dy * stride) + radius; i++)
            {
                red += Vector256.Load(guide.Red.Pointer + i);
                green += Vector256.Load(guide.Green.Pointer + i);
                blue += Vector256.Load(guide.Blue.Pointer + i);
                alpha += Vector256.Load(matte.Pointer + i);
            }
        }

        var share = Vector256.Create(1f / (((2 * radius) + 1) * ((2 * radius) + 1)));
        (red, green, blue, alpha) = (red * share, green * share, blue * share, alpha * share);
        var covariance = default(Covariance);
        var (slopeRed, slopeGreen, slopeBlue) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var dy = -radius; dy <= radius; dy++)
        {
            for (var i = index + (dy * stride) - radius; i <= index + (dy * stride) + radius; i++)
            {
                var (r, g, b) = (Vector256.Load(guide.Red.Pointer + i) - red, Vector256.Load(guide.Green.Pointer + i) - green, Vector256.Load(guide.Blue.Pointer + i) - blue);
                var value = Vector256.Load(matte.Pointer + i);
                covariance.Add(r, g, b);
                slopeRed += r * value;
                slopeGreen += g * value;
                slopeBlue += b * value;
            }
        }

        var root = covariance.Root(share, Vector256.Create(Noise));
        (slopeRed, slopeGreen, slopeBlue) = (slopeRed * share, slopeGreen * share, slopeBlue * share);
        root.Whiten(ref slopeRed, ref slopeGreen, ref slopeBlue);
        root.Unwhiten(ref slopeRed, ref slopeGreen, ref slopeBlue);
        slopeRed.Store(fitted[0].Pointer + index);
        slopeGreen.Store(fitted[1].Pointer + index);
        slopeBlue.Store(fitted[2].Pointer + index);
        (alpha - (slopeRed * red) - (slopeGreen * green) - (slopeBlue * blue)).Store(fitted[3].Pointer + index);
    }

    /// <summary>The mean of all windows that a sample is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mean(Guide guide, MarginPlane matte, Band band, int radius, bool smooths, MarginPlane[] fitted)
    {
        var share = Vector256.Create(1f / (((2 * radius) + 1) * ((2 * radius) + 1)));
        var means = stackalloc Vector256<float>[4];
        foreach (var run in band.Runs(matte, 2))
        {
            var first = run.Start - matte.IndexOf(run.Y);
            var row = (Vector128<float>*)_lines.Pointer + ((long)run.Y * _width);
            for (var block = 0; block < run.Length; block += MarginPlane.Block)
            {
                for (var plane = 0; plane < 4; plane++)
                {
                    var sum = Vector256<float>.Zero;
                    for (var dy = -radius; dy <= radius; dy++)
                    {
                        var from = fitted[plane].Pointer + run.Start + block + (dy * matte.Stride);
                        for (var dx = -radius; dx <= radius; dx++)
                        {
                            sum += Vector256.Load(from + dx);
                        }
                    }

                    means[plane] = sum * share;
                }

                if (!smooths)
                {
                    var i = run.Start + block;
                    means[3] = Vector256.Load(matte.Pointer + i) - (means[0] * Vector256.Load(guide.Red.Pointer + i))
                        - (means[1] * Vector256.Load(guide.Green.Pointer + i)) - (means[2] * Vector256.Load(guide.Blue.Pointer + i));
                }

                for (var lane = 0; lane < Math.Min(MarginPlane.Block, _width - first - block); lane++)
                {
                    row[first + block + lane] = Vector128.Create(means[0].GetElement(lane), means[1].GetElement(lane), means[2].GetElement(lane), means[3].GetElement(lane));
                }
            }
        }
    }
}
