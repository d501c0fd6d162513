using ClearBg.Imaging;
using ClearBg.Imaging.Vips;

namespace ClearBg.Tests.Imaging;

/// <summary>Pictures painted by a function, and files that libvips' own savers write, with any of their settings.</summary>
internal static unsafe class Pictures
{
    public static readonly PictureMetadata Plain = new(null, 2.835, 2.835);

    /// <summary>A raster painted sample by sample.</summary>
    /// <param name="pool">Of the raster.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="bands">1, 3 or 4.</param>
    /// <param name="paint">Column, row, band to a level, clamped to 0–255 and rounded.</param>
    public static Raster Paint(BufferPool pool, int width, int height, int bands, Func<int, int, int, double> paint)
    {
        var raster = new Raster(pool, width, height, bands);
        for (var y = 0; y < height; y++)
        {
            var row = raster.Row(y);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = (byte)Math.Clamp(Math.Round(paint(i / bands, y, i % bands)), 0, 255);
            }
        }

        return raster;
    }

    /// <summary>Smooth, different in every band, and unlike itself under every rotation and reflection.</summary>
    public static double Asymmetric(int x, int y, int band, int width, int height) => band switch
    {
        0 => 230.0 * x / Math.Max(1, width - 1),
        1 => 40 + (160.0 * y / Math.Max(1, height - 1)),
        2 => 250.0 * x * y / Math.Max(1, (width - 1) * (height - 1)),
        _ => 255 - (100.0 * y / Math.Max(1, height - 1)),
    };

    public static Raster Asymmetric(BufferPool pool, int width, int height, int bands = 3) =>
        Paint(pool, width, height, bands, (x, y, band) => Asymmetric(x, y, band, width, height));

    /// <summary>Encodes with the program's own encoder.</summary>
    public static byte[] Encode(Action<Raster, PictureMetadata, Stream, CancellationToken> write, Raster raster, PictureMetadata? metadata = null)
    {
        using var file = new MemoryStream();
        write(raster, metadata ?? Plain, file, CancellationToken.None);
        return file.ToArray();
    }

    /// <summary>A white disc on black, as a file: for a model that takes brightness for coverage.</summary>
    public static byte[] Disc(int width, int height, byte level = 240, byte ground = 0)
    {
        using var pool = new BufferPool(0);
        var radius = Math.Min(width, height) / 4.0;
        using var raster = Paint(pool, width, height, 3, (x, y, _) => Math.Sqrt(Math.Pow(x - (width / 2.0), 2) + Math.Pow(y - (height / 2.0), 2)) < radius ? level : ground);
        return Encode(Encoder.WritePng, raster);
    }

    /// <summary>Saves a raster with a saver of libvips, such as <c>pngsave</c>, after some operations on it.</summary>
    public static byte[] Save(string saver, Raster raster, Func<VipsImage, VipsImage>? change = null, params ReadOnlySpan<(string Name, object Value)> settings)
    {
        using var image = raster.AsVips();
        using var changed = change is null ? VipsOperation.Apply("copy", image) : change(image);
        return Save(saver, changed, settings);
    }

    public static byte[] Save(string saver, VipsImage image, params ReadOnlySpan<(string Name, object Value)> settings)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using (var operation = new VipsOperation(saver))
            {
                operation.Set("in", image).Set("filename", path);
                foreach (var (name, value) in settings)
                {
                    operation.Set(name, value);
                }

                operation.Run();
            }

            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Greatest and mean absolute difference of the samples of two rasters of the same shape, in levels.</summary>
    public static (int Greatest, double Mean) Difference(Raster one, Raster other)
    {
        Assert.Equal((one.Width, one.Height, one.Bands), (other.Width, other.Height, other.Bands));
        var (greatest, sum) = (0, 0L);
        var a = one.Samples;
        var b = other.Samples;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = Math.Abs(a[i] - b[i]);
            (greatest, sum) = (Math.Max(greatest, difference), sum + difference);
        }

        return (greatest, sum / (double)a.Length);
    }

    /// <summary>PNG of a plate of pure white from 60, 40 of 90 × 50, on black; the white is ever so little coloured, so that colours can be told apart. 4 and 3 dots a millimetre.</summary>
    public static byte[] Plate(int width, int height)
    {
        using var pool = new BufferPool(0);
        using var painted = Paint(pool, width, height, 3, static (x, y, band) => x is >= 60 and < 150 && y is >= 40 and < 90 ? 255 - (band * x % 3) : 0);
        return Encode(Encoder.WritePng, painted, new PictureMetadata(null, 4, 3));
    }
}
