using ClearBg.Imaging.Vips;

namespace ClearBg.Imaging;

/// <summary>
/// A picture in memory: 8-bit samples, interleaved, rows from top to bottom without padding. One band is grey or a matte, three are RGB, four RGBA with straight alpha.
/// </summary>
internal sealed unsafe class Raster : IDisposable
{
    private readonly PixelBuffer _buffer;

    public Raster(BufferPool pool, int width, int height, int bands)
    {
        (Width, Height, Bands) = (width, height, bands);
        _buffer = pool.Rent((long)width * height * bands);
    }

    /// <summary>Pixels, at least 1.</summary>
    public int Width { get; }

    /// <summary>Pixels, at least 1.</summary>
    public int Height { get; }

    /// <summary>1, 3 or 4 samples a pixel.</summary>
    public int Bands { get; }

    /// <summary>Bytes a row.</summary>
    public int Stride => Width * Bands;

    public byte* Pointer => _buffer.Pointer;

    public Span<byte> Samples => _buffer.Bytes;

    public Span<byte> Row(int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        return new(Pointer + ((long)y * Stride), Stride);
    }

    /// <summary>A libvips view of this memory, valid as long as this raster.</summary>
    public VipsImage AsVips()
    {
        var raw = VipsImage.Over(Pointer, (nuint)_buffer.Length, Width, Height, Bands);
        using (raw)
        {
            return VipsOperation.Apply("copy", raw, ("interpretation", Bands < 3 ? "b-w" : "srgb"));
        }
    }

    /// <summary>A libvips view of a part of this raster, valid as long as this raster.</summary>
    public VipsImage AsVips(Box part)
    {
        using var whole = AsVips();
        using var operation = new VipsOperation("extract_area");
        return operation.Set("input", whole).Set("left", part.Left).Set("top", part.Top).Set("width", part.Width).Set("height", part.Height).Run("out")!;
    }

    /// <summary>Computes a libvips image of 8-bit samples into pooled memory.</summary>
    /// <exception cref="VipsException">The source is corrupt.</exception>
    public static Raster From(BufferPool pool, VipsImage image, CancellationToken cancellation)
    {
        if (image.Format != VipsBandFormat.UChar)
        {
            throw new ArgumentException($"A raster holds 8-bit samples, not {image.Format}.", nameof(image));
        }

        var raster = new Raster(pool, image.Width, image.Height, image.Bands);
        try
        {
            image.WriteTo(raster.Pointer, (nuint)raster._buffer.Length, cancellation);
            return raster;
        }
        catch
        {
            raster.Dispose();
            throw;
        }
    }

    /// <summary>The same samples in memory of their own.</summary>
    public Raster Copy(BufferPool pool)
    {
        var copy = new Raster(pool, Width, Height, Bands);
        Samples.CopyTo(copy.Samples);
        return copy;
    }

    public void Dispose() => _buffer.Dispose();
}
