using System.IO.Compression;
using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Bytewise;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Jobs;

/// <summary>
/// The model that the program comes with, loaded once for all tests that run it: each inference takes seconds. In float32, the reference; in 8 bits only for
/// what compares the two, and only where the processor multiplies them exactly.
/// </summary>
public sealed class RealModel : IAsyncLifetime
{
    private readonly Dictionary<(ModelPrecision Precision, string Name), Answer> _cutOuts = [];
    private readonly Lazy<Removal> _int8 = new(static () => With(ModelPrecision.Int8));

    internal Removal Removal { get; } = With(ModelPrecision.Float32);

    internal static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", name));

    /// <summary>A sample's cut-out as PNG, made once.</summary>
    internal async Task<Answer> CutOutAsync(string name, ModelPrecision precision = ModelPrecision.Float32) =>
        _cutOuts.TryGetValue((precision, name), out var made)
            ? made
            : _cutOuts[(precision, name)] = await (precision == ModelPrecision.Int8 ? _int8.Value : Removal).RunAsync(Sample(name), new RemovalOptions());

    public async Task InitializeAsync() => await Removal.Model.LoadedAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        await Removal.DisposeAsync();
        if (_int8.IsValueCreated)
        {
            await _int8.Value.DisposeAsync();
        }
    }

    private static Removal With(ModelPrecision precision) => new(model: null, ("Segmentation:Precision", precision.ToString()));
}

[CollectionDefinition(nameof(RealModel))]
public sealed class SharesRealModel : ICollectionFixture<RealModel>;

/// <summary>
/// The real model on real photographs, against mattes of float32 that a person has looked at. Compared by error: another processor rounds otherwise, and 8 bits
/// round much more.
/// </summary>
[Collection(nameof(RealModel))]
public sealed class SamplesTests(RealModel model) : IDisposable
{
    private readonly BufferPool _pool = new(0);

    private static bool HasExactInt8 => PrecisionChoice.ExactInt8 is not null || TileUnit.Of(EngineSetting.Auto) is not null;

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>In both precisions where this processor has both: a sample and its box as a person would draw it. The rocket's lights reach both edges.</summary>
    public static TheoryData<string, string, int, int, int, int> Samples()
    {
        var data = new TheoryData<string, string, int, int, int, int>();
        foreach (var precision in HasExactInt8 ? [ModelPrecision.Float32, ModelPrecision.Int8] : (ModelPrecision[])[ModelPrecision.Float32])
        {
            // A person would begin at her sleeve, 20 pixels further right: the refined matte makes more of the cloth beside it.
            data.Add("astronaut.png", precision.ToString(), 0, 15, 512, 497);
            data.Add("coffee.png", precision.ToString(), 77, 17, 404, 374);
            data.Add("chelsea.png", precision.ToString(), 0, 0, 400, 300);
            data.Add("rocket.jpg", precision.ToString(), 0, 0, 640, 427);
        }

        return data;
    }

    /// <summary>Boxes ± 6 pixels.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Cuts_out_what_a_person_sees(string name, string precision, int left, int top, int width, int height)
    {
        var kind = Enum.Parse<ModelPrecision>(precision);
        var answer = await model.CutOutAsync(name, kind);

        var box = answer.Result.Foreground;
        Assert.True(
            Math.Abs(box.Left - left) <= 6 && Math.Abs(box.Top - top) <= 6 && Math.Abs(box.Right - left - width) <= 6 && Math.Abs(box.Bottom - top - height) <= 6, $"{box}");

        using var cutOut = answer.Decode(_pool);
        using var matte = MatteOf(cutOut.Pixels);
        AssertLike(Path.ChangeExtension(name, ".png"), matte, kind);
        using var input = answer.Decode(_pool, RealModel.Sample(name));
        AssertOpaqueIsOwn(input.Pixels, cutOut.Pixels);
    }

    [Theory]
    [InlineData("astronaut.png")]
    [InlineData("coffee.png")]
    [InlineData("chelsea.png")]
    [InlineData("rocket.jpg")]
    public async Task The_matte_in_8_bits_agrees_with_that_in_float32(string name)
    {
        if (!HasExactInt8)
        {
            return;
        }

        var (single, int8) = (await model.CutOutAsync(name), await model.CutOutAsync(name, ModelPrecision.Int8));

        using var expected = single.Decode(_pool);
        using var actual = int8.Decode(_pool);
        using var one = MatteOf(expected.Pixels);
        using var other = MatteOf(actual.Pixels);
        var (iou, difference) = Compare(one.Samples, other.Samples);
        Assert.InRange(iou, 0.95, 1);
        Assert.InRange(difference / 255, 1e-6, 0.01);
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

    /// <summary>The last band of a picture with transparency.</summary>
    private Raster MatteOf(Raster cutOut)
    {
        var matte = new Raster(_pool, cutOut.Width, cutOut.Height, 1);
        for (var i = 0; i < matte.Samples.Length; i++)
        {
            matte.Samples[i] = cutOut.Samples[(4 * i) + 3];
        }

        return matte;
    }

    /// <summary>Intersection over union where coverage is at least half, and mean absolute difference in levels. A sample of the second is every so many bytes.</summary>
    private static (double Iou, double Difference) Compare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, int stride = 1)
    {
        var (sum, both, either) = (0L, 0, 0);
        for (var i = 0; i < one.Length; i++)
        {
            var (now, was) = (one[i], other[stride * i]);
            sum += Math.Abs(now - was);
            both += now >= 128 && was >= 128 ? 1 : 0;
            either += now >= 128 || was >= 128 ? 1 : 0;
        }

        return (both / (double)either, sum / (double)one.Length);
    }

    /// <summary>Against a stored matte of half the size.</summary>
    private void AssertLike(string golden, Raster matte, ModelPrecision precision)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Goldens", golden);
        using var half = new Resizer(_pool).Resize(matte, matte.Width / 2, matte.Height / 2, "linear", CancellationToken.None);
        if (Environment.GetEnvironmentVariable("CLEARBG_WRITE_GOLDENS") is { } folder && precision == ModelPrecision.Float32)
        {
            File.WriteAllBytes(Path.Combine(folder, golden), Pictures.Encode(Encoder.WritePng, half));
        }

        using var stored = new Decoder(_pool).Decode(PictureFormat.Png, File.ReadAllBytes(path), (half.Width, half.Height), CancellationToken.None);
        var (iou, difference) = Compare(half.Samples, stored.Pixels.Samples, stride: 3);
        var (least, greatest) = precision == ModelPrecision.Int8 ? (0.97, 2.5) : (0.98, 1.5);
        Assert.InRange(iou, least, 1);
        Assert.InRange(difference, 0, greatest);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
