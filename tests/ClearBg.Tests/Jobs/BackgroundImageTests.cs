using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Jobs;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Intake;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Jobs;

/// <summary>A picture behind the subject.</summary>
public sealed class BackgroundImageTests : IAsyncLifetime, IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly Removal _removal = new(new BrightnessModel { Scale = 1.05f });
    private readonly byte[] _picture = Pictures.Plate(200, 120);

    public async Task InitializeAsync() => await _removal.Model.LoadedAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _removal.DisposeAsync();

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Fact]
    public async Task Of_the_canvass_size_it_shows_one_to_one_behind_the_subject()
    {
        using var painted = Pictures.Asymmetric(_pool, 200, 120);
        using var cutOut = (await _removal.RunAsync(_picture, new RemovalOptions())).Decode(_pool);

        using var answer = (await _removal.RunAsync(_picture, new RemovalOptions(), Pictures.Encode(Encoder.WritePng, painted))).Decode(_pool);

        Assert.Equal(3, answer.Pixels.Bands);
        for (var i = 0; i < 200 * 120; i++)
        {
            var over = cutOut.Pixels.Samples.Slice(4 * i, 4);
            var pixel = answer.Pixels.Samples.Slice(3 * i, 3);
            var own = painted.Samples.Slice(3 * i, 3);
            for (var band = 0; band < 3; band++)
            {
                var expected = ((over[band] * over[3]) + (own[band] * (255 - over[3]))) / 255.0;
                Assert.InRange(pixel[band] - expected, -0.51, 0.51);
            }
        }
    }

    /// <summary>Red, green, blue bars a third wide each: of a picture twice as wide as needed the middle half is seen.</summary>
    [Theory]
    [InlineData(800, 240)]
    [InlineData(80, 24)]
    [InlineData(4_000, 1_200)]
    public async Task Covers_the_canvas_centred(int width, int height)
    {
        using var bars = Pictures.Paint(_pool, width, height, 3, (x, _, band) => 3 * x / width == band ? 255 : 0);
        foreach (var file in new[] { Pictures.Encode(Encoder.WritePng, bars), Pictures.Encode(Encoder.WriteJpeg, bars), Pictures.Encode(Encoder.WriteWebP, bars) })
        {
            using var answer = (await _removal.RunAsync(_picture, new RemovalOptions(), file)).Decode(_pool);

            // The middle half runs from 1/4 to 3/4 of the bars: a sixth of it red, two thirds green, a sixth blue.
            Assert.Equal((200, 120), (answer.Pixels.Width, answer.Pixels.Height));
            Assert.InRange(answer.Pixels.Row(5)[3 * 15], 200, 255);
            Assert.InRange(answer.Pixels.Row(5)[(3 * 100) + 1], 200, 255);
            Assert.InRange(answer.Pixels.Row(5)[(3 * 185) + 2], 200, 255);
            Assert.InRange(answer.Pixels.Row(5)[(3 * 60) + 1], 200, 255);
        }
    }

    [Fact]
    public async Task Stands_upright_and_covers_what_crop_makes_of_the_canvas()
    {
        using var painted = Pictures.Paint(_pool, 60, 100, 3, static (_, y, band) => band == (y < 50 ? 0 : 2) ? 255 : 0);
        var lying = Pictures.Save("jpegsave", painted, static image => VipsOperation.Apply("rot", image, ("angle", "d270")));
        var box = (await _removal.RunAsync(_picture, new RemovalOptions())).Result.Foreground;
        var fifty = new Length(50, false);

        using var answer = (await _removal.RunAsync(_picture, new RemovalOptions { Crop = true, CropMargin = new(fifty, fifty, fifty, fifty) }, Turned(lying, 6))).Decode(_pool);

        Assert.Equal((box.Width + 100, box.Height + 100), (answer.Pixels.Width, answer.Pixels.Height));
        Assert.InRange(answer.Pixels.Row(10)[30], 200, 255);
        Assert.InRange(answer.Pixels.Row(answer.Pixels.Height - 10)[32], 200, 255);
    }

    [Theory]
    [InlineData("Png", 4, "image/png")]
    [InlineData("WebP", 4, "image/webp")]
    [InlineData("Auto", 4, "image/png")]
    [InlineData("Jpg", 3, "image/jpeg")]
    public async Task Where_it_is_transparent_the_answer_is_or_white_in_a_jpeg(string format, int bands, string type)
    {
        using var painted = Pictures.Paint(_pool, 200, 120, 4, static (x, _, band) => band == 3 ? (x < 50 ? 0 : 128) : band == 0 ? 200 : 0);

        var answer = await _removal.RunAsync(_picture, new RemovalOptions { Format = Enum.Parse<OutputFormat>(format) }, Pictures.Encode(Encoder.WritePng, painted));

        using var decoded = answer.Decode(_pool);
        Assert.Equal((type, bands), (answer.Result.ContentType, decoded.Pixels.Bands));
        var row = decoded.Pixels.Row(5);
        if (bands == 4)
        {
            Assert.Equal([0, 0, 0, 0], row.Slice(4 * 20, 4).ToArray());
            Assert.Equal(128, row[(4 * 190) + 3]);
        }
        else
        {
            Assert.InRange(row[3 * 20], 250, 255);
            Assert.InRange(row[(3 * 190) + 1], 120, 134);
        }

        Assert.Equal(255, bands == 4 ? decoded.Pixels.Row(65)[(4 * 105) + 3] : (byte)255);
    }

    [Fact]
    public async Task Auto_is_jpg_over_an_opaque_one_and_then_as_large_as_jpg_may_be()
    {
        using var plain = Pictures.Paint(_pool, 30, 20, 4, static (_, _, band) => band == 3 ? 255 : 90);
        var auto = new RemovalOptions { Format = OutputFormat.Auto };

        Assert.Equal("image/jpeg", (await _removal.RunAsync(_picture, auto, Pictures.Encode(Encoder.WritePng, plain))).Result.ContentType);
        Assert.Equal(new OutputSize(4_000, 3_000), OutputSize.Of(4_000, 3_000, auto, coversAll: true));
        Assert.Equal(new OutputSize(3_651, 2_738), OutputSize.Of(4_000, 3_000, auto with { Channels = OutputChannels.Alpha }, coversAll: true));
    }

    /// <summary>The picture is in Display P3, the background in sRGB: both end as sRGB. And the other way round.</summary>
    [Fact]
    public async Task Both_pictures_become_srgb()
    {
        using var painted = Pictures.Paint(_pool, 90, 60, 3, static (x, y, band) => x is > 20 and < 70 && y is > 10 and < 50 ? (band == 1 ? 255 : 200) : 0);
        using var image = painted.AsVips();
        using var wide = VipsOperation.Apply("icc_transform", image, ("output-profile", "p3"), ("input-profile", "srgb"));
        var file = Pictures.Save("pngsave", wide);
        using var grey = Pictures.Paint(_pool, 90, 60, 3, static (_, _, band) => band == 1 ? 255 : 200);
        using var plain = grey.AsVips();
        using var wideGrey = VipsOperation.Apply("icc_transform", plain, ("output-profile", "p3"), ("input-profile", "srgb"));
        await using var certain = new Removal(new BrightnessModel { Scale = 1.3f });

        using var answer = (await certain.RunAsync(file, new RemovalOptions(), Pictures.Save("pngsave", wideGrey))).Decode(_pool);

        Assert.Null(answer.Metadata.IccProfile);
        Assert.InRange(answer.Pixels.Row(2)[0], 197, 203);
        Assert.InRange(answer.Pixels.Row(30)[3 * 45], 197, 203);
    }

    [Fact]
    public async Task Without_a_place_for_it_it_is_not_even_read()
    {
        foreach (var options in new[] { new RemovalOptions { Format = OutputFormat.Zip }, new RemovalOptions { Channels = OutputChannels.Alpha } })
        {
            Assert.Equal((await _removal.RunAsync(_picture, options)).Content, (await _removal.RunAsync(_picture, options, "no picture"u8.ToArray())).Content);
        }
    }

    [Fact]
    public async Task Its_refusals_say_that_they_are_about_it()
    {
        using var noise = Pictures.Paint(_pool, 200, 120, 3, static (x, y, band) => (x * 37) ^ (y * 11) ^ (band * 91));
        var file = Pictures.Encode(Encoder.WritePng, noise);

        await Refused("GIF89a, they say"u8.ToArray(), FailureCode.InvalidFileType);
        await Refused(PictureFiles.Png(1, 500_000_000), FailureCode.InvalidDimensions);
        await Refused(PictureFiles.Png(8_500, 6_000), FailureCode.ResolutionTooHigh);
        await Refused(PictureFiles.Png(100, 100), FailureCode.FailedToReadImage);
        await Refused(file[..(file.Length * 2 / 3)], FailureCode.FailedToReadImage);

        async Task Refused(byte[] background, FailureCode code)
        {
            var failure = (await _removal.TryAsync(_picture, background, new RemovalOptions())).Failure;
            Assert.Equal(code, failure?.Code);
            Assert.StartsWith("The background image: ", failure!.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(3_000, false)]
    public async Task Counts_at_the_gate_with_its_own_pixels(int side, bool fits)
    {
        await using var removal = new Removal(new BrightnessModel(), ("Admission:Megapixels", "12"), ("Admission:QueuedMegapixels", "0"));
        using var most = await removal.Gate.EnterAsync(8_000_000, CancellationToken.None);

        var outcome = await removal.TryAsync(_picture, Pictures.Disc(side, side), new RemovalOptions());

        Assert.Equal(fits ? null : FailureCode.Overloaded, outcome.Failure?.Code);
        if (outcome.Succeeded(out var result, out _))
        {
            result.Dispose();
        }
    }

    [Fact]
    public async Task Goes_with_every_other_wish()
    {
        using var painted = Pictures.Asymmetric(_pool, 70, 90, 4);
        var background = Pictures.Encode(Encoder.WritePng, painted);
        var half = new Length(0.5, true);
        foreach (var format in Enum.GetValues<OutputFormat>())
        {
            foreach (var channels in Enum.GetValues<OutputChannels>())
            {
                foreach (var kind in Enum.GetValues<ShadowKind>())
                {
                    var options = new RemovalOptions
                    {
                        Format = format, Channels = channels, Shadow = new Shadow(kind), Semitransparency = false, Crop = true, CropMargin = new(half, half, half, half),
                        Scale = 0.7, Position = new Position(1, 0), Region = new Region(new(0.2, true), new(30, false), new(0.9, true), new(110, false)), Background = new Rgba(1, 2, 3, 77),
                    };
                    var answer = await _removal.RunAsync(_picture, options, background);
                    Assert.InRange(answer.Result.Width, 150, 210);
                }
            }
        }
    }

    /// <summary>A JPEG file with an EXIF orientation put behind its first marker.</summary>
    private static byte[] Turned(byte[] jpeg, ushort orientation)
    {
        var exif = PictureFiles.Exif(littleEndian: true, prefix: true, (0x0112, 3, 1, orientation));
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }
}
