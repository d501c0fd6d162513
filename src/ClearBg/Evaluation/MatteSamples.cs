using System.Numerics.Tensors;
using ClearBg.Imaging;
using ClearBg.Imaging.Vips;

namespace ClearBg.Evaluation;

/// <summary>Mattes as coverage, 0 to 1, in single precision: from a file or from the pipeline. 8-bit levels count in 255ths, 16-bit ones in 65535ths.</summary>
internal static unsafe class MatteSamples
{
    /// <summary>Reads a PNG: the alpha channel where it has one, else grey, which may be stored as three equal channels.</summary>
    /// <param name="pool">Of the plane.</param>
    /// <param name="path">An operator's own file; no limits are applied.</param>
    /// <exception cref="InvalidDataException">The file is no PNG, is corrupt, or is a picture in colour without alpha.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Plane Read(BufferPool pool, string path)
    {
        var file = File.ReadAllBytes(path);
        try
        {
            fixed (byte* data = file)
            {
                using var operation = new VipsOperation("pngload_buffer");
                operation.Set("buffer", data, (nuint)file.Length).Set("access", "sequential").Set("fail_on", "error");
                using var image = operation.Run("out")!;
                return Read(pool, image) ?? throw new InvalidDataException($"{path} is no matte: it has colours and no alpha channel.");
            }
        }
        catch (VipsException e)
        {
            throw new InvalidDataException($"The matte {path} is no PNG, is corrupt, or is cut short.", e);
        }
    }

    /// <summary>The same coverage in single precision.</summary>
    /// <param name="pool">Of the plane.</param>
    /// <param name="matte">One band.</param>
    public static Plane From(BufferPool pool, Raster matte)
    {
        var plane = new Plane(pool, matte.Width, matte.Height);
        TensorPrimitives.ConvertTruncating<byte, float>(matte.Samples, plane.Samples);
        TensorPrimitives.Divide(plane.Samples, byte.MaxValue, plane.Samples);
        return plane;
    }

    /// <summary>The same coverage in 8 bits, rounded.</summary>
    /// <param name="pool">Of the raster.</param>
    /// <param name="matte">0 to 1.</param>
    public static Raster ToRaster(BufferPool pool, Plane matte)
    {
        var raster = new Raster(pool, matte.Width, matte.Height, 1);
        var samples = matte.Samples;
        var levels = raster.Samples;
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i] = (byte)((samples[i] * byte.MaxValue) + 0.5f);
        }

        return raster;
    }

    private static Plane? Read(BufferPool pool, VipsImage image)
    {
        var (bands, full) = (image.Bands, image.Format == VipsBandFormat.UShort ? ushort.MaxValue : byte.MaxValue);
        using var floats = VipsOperation.Apply("cast", image, ("format", "float"));
        using var all = pool.Rent((long)image.Width * image.Height * bands * sizeof(float));
        floats.WriteTo(all.Pointer, (nuint)all.Length, CancellationToken.None);
        var levels = all.As<float>();

        // Alpha is the last of two or four. Grey in three channels is the first of them.
        var band = bands is 2 or 4 ? bands - 1 : 0;
        var plane = new Plane(pool, image.Width, image.Height);
        var samples = plane.Samples;
        for (var i = 0; i < samples.Length; i++)
        {
            var pixel = levels.Slice(i * bands, bands);
            if (bands == 3 && (pixel[0] != pixel[1] || pixel[1] != pixel[2]))
            {
                plane.Dispose();
                return null;
            }

            samples[i] = pixel[band] / full;
        }

        return plane;
    }
}
