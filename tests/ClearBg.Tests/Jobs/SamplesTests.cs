using System.IO.Compression;
using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Jobs;

/// <summary>The model that the program comes with, loaded once for all tests that run it: each inference takes seconds.</summary>
public sealed class RealModel : IAsyncLifetime
{
    private readonly Dictionary<string, Answer> _cutOuts = new(StringComparer.Ordinal);

    internal Removal Removal { get; } = new(model: null);

    internal static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", name));

    /// <summary>A sample's cut-out as PNG, made once.</summary>
    internal async Task<Answer> CutOutAsync(string name) =>
        _cutOuts.TryGetValue(name, out var made) ? made : _cutOuts[name] = await Removal.RunAsync(Sample(name), new RemovalOptions());

    public async Task InitializeAsync() => await Removal.Model.LoadedAsync(CancellationToken.None);

    public async Task DisposeAsync() => await Removal.DisposeAsync();
}

[CollectionDefinition(nameof(RealModel))]
public sealed class SharesRealModel : ICollectionFixture<RealModel>;

/// <summary>The real model on real photographs, against mattes that a person has looked at. Compared by error: another processor rounds otherwise.</summary>
[Collection(nameof(RealModel))]
public sealed class SamplesTests(RealModel model) : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>Boxes as a person would draw them, ± 6 pixels. The rocket's lights reach both edges.</summary>
    [Theory]
    [InlineData("astronaut.png", 20, 15, 492, 497)]
    [InlineData("coffee.png", 77, 17, 404, 374)]
    [InlineData("chelsea.png", 0, 0, 414, 300)]
    [InlineData("rocket.jpg", 0, 0, 640, 427)]
    public async Task Cuts_out_what_a_person_sees(string name, int left, int top, int width, int height)
    {
        var answer = await model.CutOutAsync(name);

        var box = answer.Result.Foreground;
        Assert.True(
            Math.Abs(box.Left - left) <= 6 && Math.Abs(box.Top - top) <= 6 && Math.Abs(box.Right - left - width) <= 6 && Math.Abs(box.Bottom - top - height) <= 6, $"{box}");

        using var cutOut = answer.Decode(_pool);
        using var matte = new Raster(_pool, cutOut.Pixels.Width, cutOut.Pixels.Height, 1);
        for (var i = 0; i < matte.Samples.Length; i++)
        {
            matte.Samples[i] = cutOut.Pixels.Samples[(4 * i) + 3];
        }

        AssertLike(Path.ChangeExtension(name, ".png"), matte);
        using var input = answer.Decode(_pool, RealModel.Sample(name));
        AssertOpaqueIsOwn(input.Pixels, cutOut.Pixels);
    }

    [Fact]
    public async Task The_zips_matte_is_the_pngs_and_its_colours_keep_the_background()
    {
        var file = RealModel.Sample("chelsea.png");
        var zip = await model.Removal.RunAsync(file, new RemovalOptions { Format = OutputFormat.Zip });
        var png = await model.CutOutAsync("chelsea.png");

        using var archive = new ZipArchive(new MemoryStream(zip.Content));
        using var colour = zip.Decode(_pool, Bytes(archive.GetEntry("color.jpg")!));
        using var alpha = zip.Decode(_pool, Bytes(archive.GetEntry("alpha.png")!));
        using var cutOut = png.Decode(_pool);
        using var input = png.Decode(_pool, file);
        var (sum, seen) = (0L, 0);
        for (var i = 0; i < input.Pixels.Width * input.Pixels.Height; i++)
        {
            Assert.Equal(cutOut.Pixels.Samples[(4 * i) + 3], alpha.Pixels.Samples[3 * i]);
            if (alpha.Pixels.Samples[3 * i] is 0 or 255)
            {
                seen++;
                sum += Math.Abs(colour.Pixels.Samples[3 * i] - input.Pixels.Samples[3 * i]);
            }
        }

        Assert.InRange(sum / (double)seen, 0, 6);
    }

    [Fact]
    public async Task A_picture_of_nothing_has_no_foreground()
    {
        using var grey = Pictures.Paint(_pool, 300, 200, 3, static (_, _, _) => 128);

        var outcome = await model.Removal.TryAsync(Pictures.Encode(Encoder.WritePng, grey), new RemovalOptions());

        Assert.Equal(FailureCode.UnknownForeground, outcome.Failure?.Code);
    }

    private static void AssertOpaqueIsOwn(Raster input, Raster cutOut)
    {
        for (var i = 0; i < input.Width * input.Height; i++)
        {
            var pixel = cutOut.Samples.Slice(4 * i, 4);
            var own = input.Samples.Slice(input.Bands * i, 3);
            Assert.True(pixel[3] switch { 255 => pixel[..3].SequenceEqual(own), 0 => !pixel.ContainsAnyExcept((byte)0), _ => true });
        }
    }

    /// <summary>Against a stored matte of half the size.</summary>
    private void AssertLike(string golden, Raster matte)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Goldens", golden);
        using var half = new Resizer(_pool).Resize(matte, matte.Width / 2, matte.Height / 2, "linear", CancellationToken.None);
        if (Environment.GetEnvironmentVariable("CLEARBG_WRITE_GOLDENS") is { } folder)
        {
            File.WriteAllBytes(Path.Combine(folder, golden), Pictures.Encode(Encoder.WritePng, half));
        }

        using var stored = new Decoder(_pool).Decode(PictureFormat.Png, File.ReadAllBytes(path), (half.Width, half.Height), CancellationToken.None);
        var (sum, both, either) = (0L, 0, 0);
        for (var i = 0; i < half.Samples.Length; i++)
        {
            var (now, was) = (half.Samples[i], stored.Pixels.Samples[3 * i]);
            sum += Math.Abs(now - was);
            both += now >= 128 && was >= 128 ? 1 : 0;
            either += now >= 128 || was >= 128 ? 1 : 0;
        }

        Assert.InRange(both / (double)either, 0.97, 1);
        Assert.InRange(sum / (double)half.Samples.Length, 0, 2.5);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
