using ClearBg.Imaging;

namespace ClearBg.Benchmarks;

/// <summary>
/// JPEG photographs of any size, from the portrait in tests/samples: enlarged, with grain added, since a smooth enlargement would be easier to decode and
/// encode than what a camera gives. Made once a run, in a temporary folder; always the same bytes.
/// </summary>
internal sealed class Pictures : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clearbg-benchmark");
    private readonly BufferPool _pool = new(0);

    /// <summary>Path of a photograph of <paramref name="width"/> × <paramref name="height"/> pixels.</summary>
    public string Jpeg(int width, int height)
    {
        var path = Path.Combine(_folder.FullName, $"{width}x{height}.jpg");
        if (File.Exists(path))
        {
            return path;
        }

        var file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", "astronaut.png"));
        using var portrait = new Decoder(_pool).Decode(PictureFormat.Png, file, (512, 512), CancellationToken.None);
        using var enlarged = new Resizer(_pool).Resize(portrait.Pixels, width, height, "lanczos3", CancellationToken.None);
        AddGrain(enlarged);
        using var stream = File.Create(path);
        Encoder.WriteJpeg(enlarged, portrait.Metadata, stream, CancellationToken.None);
        return path;
    }

    /// <summary>Path of a copy of a photograph, for a run over several.</summary>
    public string Copy(string path, int number)
    {
        var copy = Path.Combine(_folder.FullName, $"{Path.GetFileNameWithoutExtension(path)}-{number}.jpg");
        File.Copy(path, copy, overwrite: true);
        return copy;
    }

    /// <summary>Path of a new folder in the same folder.</summary>
    public string NewFolder() => _folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName;

    public void Dispose()
    {
        _pool.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>±6 levels, about what a camera gives at ISO 800.</summary>
    private static void AddGrain(Raster raster)
    {
        var state = 1u;
        foreach (ref var sample in raster.Samples)
        {
            state = (state * 1_664_525) + 1_013_904_223;
            sample = (byte)Math.Clamp(sample + (int)(state >> 24) % 13 - 6, 0, 255);
        }
    }
}
