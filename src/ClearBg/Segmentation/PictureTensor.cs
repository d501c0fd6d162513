using ClearBg.Imaging;
using ClearBg.Imaging.Vips;

namespace ClearBg.Segmentation;

/// <summary>
/// The model's view of a picture: a sRGB copy, over mid-grey where it is transparent, stretched or letterboxed to the input's size,
/// as planar floats (level − mean) / std.
/// </summary>
/// <param name="Values">[1, 3, height, width].</param>
/// <param name="Content">The part of the input that shows the picture, or the part of it that was wanted.</param>
internal sealed unsafe record PictureTensor(PixelBuffer Values, Box Content) : IDisposable
{
    /// <summary>Size of the tensor.</summary>
    public static long Bytes(ModelInput input) => 3L * input.Width * input.Height * sizeof(float);

    /// <summary>Of a whole picture.</summary>
    public static PictureTensor Create(BufferPool pool, ModelInput input, Raster picture, PictureMetadata metadata, CancellationToken cancellation) =>
        Create(pool, input, picture, new Box(0, 0, picture.Width, picture.Height), metadata, cancellation);

    /// <summary>Of a part of a picture, which the model takes for all there is.</summary>
    public static PictureTensor Create(BufferPool pool, ModelInput input, Raster picture, Box part, PictureMetadata metadata, CancellationToken cancellation)
    {
        var content = Fit(input, part);
        using var small = Shrink(pool, picture, part, metadata, content, cancellation);
        var values = pool.Rent(Bytes(input));
        try
        {
            Normalise(input, small, content, values);
            return new PictureTensor(values, content);
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    /// <summary>Turns left and right round. Padding turns with the rest; it is the same on both sides, or one column more on one.</summary>
    public void Mirror(ModelInput input)
    {
        var values = Values.As<float>();
        for (var start = 0; start < values.Length; start += input.Width)
        {
            values.Slice(start, input.Width).Reverse();
        }
    }

    public void Dispose() => Values.Dispose();

    private static Box Fit(ModelInput input, Box part)
    {
        if (input.Resize == ModelResize.Squash)
        {
            return new Box(0, 0, input.Width, input.Height);
        }

        var scale = Math.Min((double)input.Width / part.Width, (double)input.Height / part.Height);
        var width = Math.Clamp((int)Math.Round(part.Width * scale), 1, input.Width);
        var height = Math.Clamp((int)Math.Round(part.Height * scale), 1, input.Height);
        return new Box((input.Width - width) / 2, (input.Height - height) / 2, width, height);
    }

    private static Raster Shrink(BufferPool pool, Raster picture, Box part, PictureMetadata metadata, Box content, CancellationToken cancellation)
    {
        using var image = picture.AsVips(part);
        using var opaque = picture.Bands == 4 ? VipsOperation.Apply("flatten", image, ("background", 128)) : VipsOperation.Apply("copy", image);
        using var small = VipsOperation.Apply(
            "resize", opaque, ("scale", (double)content.Width / opaque.Width), ("vscale", (double)content.Height / opaque.Height), ("kernel", "linear"));
        return ColourProfile.ToSrgb(pool, small, metadata.IccProfile, cancellation);
    }

    private static void Normalise(ModelInput input, Raster small, Box content, PixelBuffer values)
    {
        if (content.Width != input.Width || content.Height != input.Height)
        {
            // The padding is the mean colour.
            values.Bytes.Clear();
        }

        var plane = (long)input.Width * input.Height;
        Parallel.For(0, 3, channel =>
        {
            Span<float> levels = stackalloc float[256];
            for (var level = 0; level < levels.Length; level++)
            {
                levels[level] = (level - input.Mean[channel]) / input.Std[channel];
            }

            for (var y = 0; y < content.Height; y++)
            {
                var source = small.Row(y);
                var target = new Span<float>((float*)values.Pointer + (channel * plane) + ((long)(content.Top + y) * input.Width) + content.Left, content.Width);
                for (int x = 0, i = channel; x < target.Length; x++, i += 3)
                {
                    target[x] = levels[source[i]];
                }
            }
        });
    }
}
