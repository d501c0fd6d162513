using ClearBg.Imaging.Vips;

namespace ClearBg.Imaging;

/// <summary>A decoded picture, upright, RGB or RGBA.</summary>
internal sealed record DecodedPicture(Raster Pixels, PictureMetadata Metadata) : IDisposable
{
    public void Dispose() => Pixels.Dispose();
}

/// <summary>
/// Turns the bytes of a JPEG, PNG or WebP file into upright 8-bit RGB(A). Whatever the file holds (CMYK, YCCK, 16 bits, grey, palette, animation) arrives as that:
/// CMYK and grey become sRGB through their profile; RGB stays in its own profile, which the metadata carries on. Of an animation the first frame is read.
/// </summary>
internal sealed unsafe class Decoder(BufferPool pool)
{
    /// <summary>Decodes a file whose header has been read and found within limits.</summary>
    /// <param name="format">By signature.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="enough">Upright size, pixels, that the caller needs at least: a JPEG may then be decoded at ½, ¼ or ⅛.</param>
    /// <param name="cancellation">Stops the decoder within a few rows.</param>
    /// <exception cref="VipsException">The file is corrupt or cut short.</exception>
    public DecodedPicture Decode(PictureFormat format, ReadOnlySpan<byte> file, (int Width, int Height) enough, CancellationToken cancellation)
    {
        fixed (byte* data = file)
        {
            using var header = Load(format, data, file.Length, shrink: 1);
            var orientation = header.Orientation;
            var (width, height) = orientation >= 5 ? (enough.Height, enough.Width) : enough;
            var shrink = format == PictureFormat.Jpeg ? ShrinkOnLoad(header, width, height) : 1;
            using var loaded = shrink == 1 ? null : Load(format, data, file.Length, shrink);

            // After a conversion to sRGB the pixels no longer are in the file's profile.
            var profile = IsRgb(header) ? RgbProfileOf(header) : null;
            var (x, y) = orientation >= 5 ? (header.Resolution.Y, header.Resolution.X) : header.Resolution;
            var pixels = ReadPixels(loaded ?? header, cancellation);
            if (pixels is null)
            {
                // A source is read once, from top to bottom: the second attempt needs a new one.
                using var again = Load(format, data, file.Length, shrink);
                using var rgb = ToEightBitRgb(again, trustProfile: false);
                pixels = Raster.From(pool, rgb, cancellation);
            }

            return new DecodedPicture(orientation == 1 ? pixels : Upright(pixels, orientation, cancellation), new PictureMetadata(profile, x, y));
        }
    }

    /// <summary>Null when the file's grey or CMYK profile may be what can't be used.</summary>
    private Raster? ReadPixels(VipsImage source, CancellationToken cancellation)
    {
        try
        {
            using var rgb = ToEightBitRgb(source, trustProfile: true);
            return Raster.From(pool, rgb, cancellation);
        }
        catch (VipsException) when (!IsRgb(source) && source.IccProfile is not null)
        {
            return null;
        }
    }

    private static bool IsRgb(VipsImage image) => image.Bands >= 3 && image.Interpretation != VipsInterpretation.Cmyk;

    private static VipsImage Load(PictureFormat format, byte* data, int length, int shrink)
    {
        var loader = format switch
        {
            PictureFormat.Jpeg => "jpegload_buffer",
            PictureFormat.Png => "pngload_buffer",
            PictureFormat.WebP => "webpload_buffer",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };
        using var operation = new VipsOperation(loader);

        // What is cut short or corrupt is refused, instead of being grey from there on. libjpeg calls even missing data a mere warning where the end marker is there.
        operation.Set("buffer", data, (nuint)length).Set("access", "sequential").Set("fail_on", format == PictureFormat.Jpeg ? "warning" : "error");
        if (shrink > 1)
        {
            operation.Set("shrink", shrink);
        }

        return operation.Run("out")!;
    }

    /// <summary>The largest scaling in the DCT domain that leaves at least what is needed.</summary>
    private static int ShrinkOnLoad(VipsImage header, int width, int height)
    {
        var shrink = 8;
        while (shrink > 1 && (header.Width / shrink < width || header.Height / shrink < height))
        {
            shrink /= 2;
        }

        return shrink;
    }

    private static VipsImage ToEightBitRgb(VipsImage source, bool trustProfile)
    {
        if (source.Interpretation == VipsInterpretation.Cmyk)
        {
            return VipsOperation.Apply("icc_transform", source, ("output-profile", "srgb"), ("embedded", trustProfile), ("input-profile", "cmyk"));
        }

        if (source.Bands < 3)
        {
            return trustProfile && source.IccProfile is not null
                ? VipsOperation.Apply("icc_transform", source, ("output-profile", "srgb"), ("embedded", true))
                : VipsOperation.Apply("colourspace", source, ("space", "srgb"));
        }

        return source.Format == VipsBandFormat.UShort
            ? VipsOperation.Apply("cast", source, ("format", "uchar"), ("shift", true))
            : VipsOperation.Apply("copy", source);
    }

    /// <summary>A profile that says it is for something else than RGB is a mistake of the writer's: ICC.1:2022, 7.2.6, bytes 16 to 19.</summary>
    private static byte[]? RgbProfileOf(VipsImage image) =>
        image.IccProfile is { Length: >= 128 } profile && profile.AsSpan(16, 4).SequenceEqual("RGB "u8) ? profile : null;

    /// <summary>Applies EXIF orientation 2 to 8 and releases the lying picture.</summary>
    private Raster Upright(Raster lying, int orientation, CancellationToken cancellation)
    {
        using (lying)
        {
            using var image = lying.AsVips();
            string? rotation = orientation switch { 3 or 4 => "d180", 5 or 6 => "d90", 7 or 8 => "d270", _ => null };
            using var rotated = rotation is null ? VipsOperation.Apply("copy", image) : VipsOperation.Apply("rot", image, ("angle", rotation));
            using var upright = orientation is 2 or 4 or 5 or 7
                ? VipsOperation.Apply("flip", rotated, ("direction", "horizontal"))
                : VipsOperation.Apply("copy", rotated);
            return Raster.From(pool, upright, cancellation);
        }
    }
}
