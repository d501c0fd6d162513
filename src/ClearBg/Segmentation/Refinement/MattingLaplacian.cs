using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>
/// The matting Laplacian of Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting" (PAMI 2008), eq. 12, for windows of 3 × 3: in each window the matte
/// should be a linear function of the colour. A sample has 24 neighbours; half of the symmetric matrix is stored: a plane for the
/// diagonal and one for each of 12 offsets, filled around the band only.
/// </summary>
internal sealed unsafe class MattingLaplacian : IDisposable
{
    private const int Planes = 13;
    private const int Window = 9;

    /// <summary>ε, variance of colours that says nothing.</summary>
    private const float Noise = 1e-7f;

    private readonly PixelBuffer _buffer;
    private readonly int _length;
    private readonly int _stride;

    /// <param name="pool">For the planes.</param>
    /// <param name="guide">Red, green and blue, 0 to 1.</param>
    /// <param name="band">What is unknown.</param>
    public MattingLaplacian(BufferPool pool, Guide guide, Band band)
    {
        (_stride, _length) = (guide.Red.Stride, guide.Red.Samples.Length);
        _buffer = pool.Rent((long)_length * Planes * sizeof(float));
        _buffer.Bytes.Clear();
        Build(guide, band);
    }

    /// <summary>The diagonal; the caller may add to it.</summary>
    public float* Diagonal => (float*)_buffer.Pointer;

    /// <summary>One block of the product with a plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Multiply(float* values, int index)
    {
        var own = (float*)_buffer.Pointer + index;
        var at = values + index;
        var sum = Vector256.Load(own) * Vector256.Load(at);
        var (stride, length) = (_stride, _length);
        own += length;
        sum = Both(sum, own, at, 1);
        sum = Both(sum, own += length, at, 2);
        sum = Both(sum, own += length, at, stride - 2);
        sum = Both(sum, own += length, at, stride - 1);
        sum = Both(sum, own += length, at, stride);
        sum = Both(sum, own += length, at, stride + 1);
        sum = Both(sum, own += length, at, stride + 2);
        sum = Both(sum, own += length, at, (2 * stride) - 2);
        sum = Both(sum, own += length, at, (2 * stride) - 1);
        sum = Both(sum, own += length, at, 2 * stride);
        sum = Both(sum, own += length, at, (2 * stride) + 1);
        return Both(sum, own + length, at, (2 * stride) + 2);
    }

    public void Dispose() => _buffer.Dispose();

    /// <summary>The neighbours at an offset and at its opposite, whose entry is stored over there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Both(Vector256<float> sum, float* entries, float* values, int offset)
    {
        sum = Vector256.FusedMultiplyAdd(Vector256.Load(entries), Vector256.Load(values + offset), sum);
        return Vector256.FusedMultiplyAdd(Vector256.Load(entries - offset), Vector256.Load(values - offset), sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Build(Guide guide, Band band)
    {
        // For each pair of samples in a window: where the earlier one lies, and the plane of their offset.
        var places = stackalloc int[Window];
        for (var i = 0; i < Window; i++)
        {
            places[i] = (((i / 3) - 1) * _stride) + (i % 3) - 1;
        }

        var targets = stackalloc float*[Window * Window];
        for (var i = 0; i < Window; i++)
        {
            for (var j = i; j < Window; j++)
            {
                var (rows, columns) = ((j / 3) - (i / 3), (j % 3) - (i % 3));
                var plane = rows == 0 ? columns : (rows * 5) + columns;
                targets[(i * Window) + j] = (float*)_buffer.Pointer + ((long)plane * _length) + places[i];
            }
        }

        var white = stackalloc Vector256<float>[3 * Window];
        var lanes = Vector256.CreateSequence(0f, 1f);
        foreach (var run in band.Runs(guide.Red, 1))
        {
            if (run.Y == 0 || run.Y == band.Height - 1)
            {
                continue;
            }

            for (var index = run.Start; index < run.Start + run.Length; index += MarginPlane.Block)
            {
                // Windows lie inside of the picture.
                var x = lanes + Vector256.Create((float)(index - guide.Red.IndexOf(run.Y)));
                var weight = Vector256.ConditionalSelect(
                    Vector256.GreaterThan(x, Vector256.Create(0.5f)) & Vector256.LessThan(x, Vector256.Create(band.Width - 1.5f)), Vector256.Create(1f / Window), default);
                Whiten(guide, index, places, white);
                for (var i = 0; i < Window; i++)
                {
                    var (red, green, blue) = (white[3 * i], white[(3 * i) + 1], white[(3 * i) + 2]);
                    for (var j = i; j < Window; j++)
                    {
                        var affinity = Vector256<float>.One + (red * white[3 * j]) + (green * white[(3 * j) + 1]) + (blue * white[(3 * j) + 2]);
                        var entry = (i == j ? Vector256.Create((float)Window) - affinity : -affinity) * weight;
                        var target = targets[(i * Window) + j] + index;
                        (Vector256.Load(target) + entry).Store(target);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Colours of eight windows less their mean, in coordinates in which their covariance is the unit matrix: (I−μ)ᵀ(Σ+ε/9)⁻¹(J−μ) is then a scalar product, and what is
    /// built from it stays positive whatever single precision rounds off.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Whiten(Guide guide, int index, int* places, Vector256<float>* white)
    {
        var (red, green, blue) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i < Window; i++)
        {
            red += white[3 * i] = Vector256.Load(guide.Red.Pointer + index + places[i]);
            green += white[(3 * i) + 1] = Vector256.Load(guide.Green.Pointer + index + places[i]);
            blue += white[(3 * i) + 2] = Vector256.Load(guide.Blue.Pointer + index + places[i]);
        }

        var share = Vector256.Create(1f / Window);
        (red, green, blue) = (red * share, green * share, blue * share);
        var covariance = default(Covariance);
        for (var i = 0; i < Window; i++)
        {
            var (r, g, b) = (white[3 * i] - red, white[(3 * i) + 1] - green, white[(3 * i) + 2] - blue);
            (white[3 * i], white[(3 * i) + 1], white[(3 * i) + 2]) = (r, g, b);
            covariance.Add(r, g, b);
        }

        var root = covariance.Root(share, Vector256.Create(Noise / Window));
        for (var i = 0; i < Window; i++)
        {
            root.Whiten(ref white[3 * i], ref white[(3 * i) + 1], ref white[(3 * i) + 2]);
        }
    }
}
