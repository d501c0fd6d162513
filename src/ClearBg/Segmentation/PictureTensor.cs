using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
    /// <summary>Rows a task.</summary>
    private const int BandRows = 64;

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

        var first = (float*)values.Pointer + ((long)content.Top * input.Width) + content.Left;
        Parallel.For(0, (content.Height + BandRows - 1) / BandRows, band =>
        {
            for (var y = band * BandRows; y < Math.Min(content.Height, (band + 1) * BandRows); y++)
            {
                Normalise(input, small.Row(y)[..(3 * content.Width)], first + ((long)y * input.Width));
            }
        });
    }

    /// <summary>A row: its channels are taken apart 16 pixels at a time, by picking those bytes of three vectors that belong to one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise(ModelInput input, ReadOnlySpan<byte> row, float* target)
    {
        fixed (byte* source = row)
        {
            for (var channel = 0; channel < 3; channel++, target += (long)input.Width * input.Height)
            {
                var (mean, std) = (input.Mean[channel], input.Std[channel]);
                var i = channel;
                var next = target;

                // An index that isn't one of the vector's own picks 0.
                var picks = Vector128.Create((byte)0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45) + Vector128.Create((byte)channel);
                for (; i + (3 * Vector128<byte>.Count) <= row.Length + channel; i += 3 * Vector128<byte>.Count, next += Vector128<byte>.Count)
                {
                    var at = source + i - channel;
                    var levels = Vector128.Shuffle(Vector128.Load(at), picks)
                        | Vector128.Shuffle(Vector128.Load(at + 16), picks - Vector128.Create((byte)16))
                        | Vector128.Shuffle(Vector128.Load(at + 32), picks - Vector128.Create((byte)32));
                    var (low, high) = Vector128.Widen(levels);
                    Scaled(Vector128.WidenLower(low)).Store(next);
                    Scaled(Vector128.WidenUpper(low)).Store(next + 4);
                    Scaled(Vector128.WidenLower(high)).Store(next + 8);
                    Scaled(Vector128.WidenUpper(high)).Store(next + 12);
                }

                for (; i < row.Length; i += 3)
                {
                    *next++ = (source[i] - mean) / std;
                }

                Vector128<float> Scaled(Vector128<uint> four) => (Vector128.ConvertToSingle(four.AsInt32()) - Vector128.Create(mean)) / Vector128.Create(std);
            }
        }
    }
}
