using System.IO.Compression;
using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Jobs;
using ClearBg.Segmentation;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Segmentation;
using Microsoft.Extensions.DependencyInjection;

namespace ClearBg.Tests.Jobs;

/// <summary>The whole pipeline with a model whose matte is known: a picture's brightness.</summary>
public sealed class RemovalPipelineTests : IAsyncLifetime, IDisposable
{
    private const int Width = 200;
    private const int Height = 120;

    private readonly BufferPool _pool = new(0);
    private readonly Removal _removal = new(new BrightnessModel { Scale = 1.05f });

    private readonly byte[] _picture = Pictures.Plate(Width, Height);

    public async Task InitializeAsync() => await _removal.Model.LoadedAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _removal.DisposeAsync();

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Fact]
    public async Task A_png_keeps_opaque_pixels_and_clears_transparent_ones()
    {
        var answer = await _removal.RunAsync(_picture, new RemovalOptions());

        using var cutOut = answer.Decode(_pool);
        using var input = answer.Decode(_pool, _picture);
        Assert.Equal(("image/png", ".png", Width, Height), (answer.Result.ContentType, answer.Result.Extension, answer.Result.Width, answer.Result.Height));
        Assert.Equal((4, 4d, 3d), (cutOut.Pixels.Bands, cutOut.Metadata.HorizontalResolution, cutOut.Metadata.VerticalResolution));
        var opaque = 0;
        for (var i = 0; i < Width * Height; i++)
        {
            var pixel = cutOut.Pixels.Samples.Slice(4 * i, 4);
            if (pixel[3] == 0)
            {
                Assert.Equal([0, 0, 0], pixel[..3].ToArray());
            }
            else if (pixel[3] == 255)
            {
                opaque++;
                Assert.Equal(input.Pixels.Samples.Slice(3 * i, 3).ToArray(), pixel[..3].ToArray());
            }
        }

        Assert.InRange(opaque, 500, 90 * 50);
        AssertNear(new Box(60, 40, 90, 50), answer.Result.Foreground);
    }

    [Fact]
    public async Task The_matte_alone_is_the_one_that_the_answer_has()
    {
        var answer = await _removal.RunAsync(_picture, new RemovalOptions { Channels = OutputChannels.Alpha });

        var (width, height, samples) = await _removal.MatteAsync(_picture);

        using var alpha = answer.Decode(_pool);
        Assert.Equal((Width, Height), (width, height));
        Assert.Equal(samples, Enumerable.Range(0, Width * Height).Select(i => alpha.Pixels.Samples[3 * i]));
    }

    [Fact]
    public async Task The_matte_alone_has_the_pictures_own_size_where_a_png_would_be_smaller()
    {
        var (width, height, _) = await _removal.MatteAsync(Pictures.Disc(3_400, 3_000));

        Assert.Equal((3_400, 3_000), (width, height));
    }

    [Fact]
    public async Task The_matte_alone_may_be_empty()
    {
        var (_, _, samples) = await _removal.MatteAsync(Pictures.Disc(Width, Height, level: 0));

        Assert.DoesNotContain(samples, static sample => sample > 0);
    }

    [Fact]
    public async Task A_zip_holds_exactly_a_colour_jpeg_and_the_matte_both_stored()
    {
        var answer = await _removal.RunAsync(_picture, new RemovalOptions { Format = OutputFormat.Zip });
        var png = await _removal.RunAsync(_picture, new RemovalOptions());

        Assert.Equal(("application/zip", ".zip"), (answer.Result.ContentType, answer.Result.Extension));
        using var zip = new ZipArchive(new MemoryStream(answer.Content));
        Assert.Equal(["color.jpg", "alpha.png"], zip.Entries.Select(static entry => entry.FullName));
        Assert.All(zip.Entries, static entry => Assert.Equal(entry.Length, entry.CompressedLength));

        // APPNOTE 4.4.5: method 0 is stored.
        Assert.Equal(0, answer.Content[8]);
        var (color, alpha) = (Bytes(zip.Entries[0]), Bytes(zip.Entries[1]));
        Assert.Equal([8, 0], alpha[24..26]);
        Assert.True(color.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) > 0);

        using var matte = answer.Decode(_pool, alpha);
        using var cutOut = png.Decode(_pool);
        for (var i = 0; i < Width * Height; i++)
        {
            Assert.Equal(cutOut.Pixels.Samples[(4 * i) + 3], matte.Pixels.Samples[3 * i]);
        }

        using var shown = answer.Decode(_pool, color);
        Assert.InRange(shown.Pixels.Row(60)[300], 250, 255);
        Assert.InRange(shown.Pixels.Row(5)[15], 0, 5);
    }

    /// <summary>This was an exception: without colours to show, none were estimated.</summary>
    [Fact]
    public async Task A_zip_holds_both_files_even_when_only_alpha_is_asked_for()
    {
        var both = await _removal.RunAsync(_picture, new RemovalOptions { Format = OutputFormat.Zip });
        var alpha = await _removal.RunAsync(_picture, new RemovalOptions { Format = OutputFormat.Zip, Channels = OutputChannels.Alpha });

        Assert.Equal(both.Content, alpha.Content);
    }

    [Fact]
    public async Task The_same_job_gives_the_same_bytes()
    {
        foreach (var format in Enum.GetValues<OutputFormat>())
        {
            var options = new RemovalOptions { Format = format };
            Assert.Equal((await _removal.RunAsync(_picture, options)).Content, (await _removal.RunAsync(_picture, options)).Content);
        }
    }

    [Theory]
    [InlineData(OutputFormatName.Jpg, null, 255, 255, 255)]
    [InlineData(OutputFormatName.Jpg, "00f", 0, 0, 255)]
    [InlineData(OutputFormatName.Jpg, "0000ff80", 127, 127, 255)]
    [InlineData(OutputFormatName.Png, "ff0000", 255, 0, 0)]
    [InlineData(OutputFormatName.WebP, "ff0000", 255, 0, 0)]
    [InlineData(OutputFormatName.Auto, "ff0000", 255, 0, 0)]
    public async Task An_opaque_answer_lies_over_its_background(string format, string? colour, int red, int green, int blue)
    {
        Rgba? background = colour is not null && Rgba.TryParse(colour, out var parsed) ? parsed : null;
        var answer = await _removal.RunAsync(_picture, new RemovalOptions { Format = Enum.Parse<OutputFormat>(format), Background = background });

        using var decoded = answer.Decode(_pool);
        Assert.Equal(format is OutputFormatName.Auto ? "image/jpeg" : $"image/{format.ToLowerInvariant().Replace("jpg", "jpeg", StringComparison.Ordinal)}", answer.Result.ContentType);
        Assert.Equal(3, decoded.Pixels.Bands);
        var corner = decoded.Pixels.Row(2);
        Assert.True(Math.Abs(corner[6] - red) < 8 && Math.Abs(corner[7] - green) < 8 && Math.Abs(corner[8] - blue) < 8, $"{corner[6]} {corner[7]} {corner[8]}");
        Assert.InRange(decoded.Pixels.Row(65)[3 * 105], 245, 255);
    }

    [Theory]
    [InlineData(OutputFormatName.Png)]
    [InlineData(OutputFormatName.WebP)]
    [InlineData(OutputFormatName.Auto)]
    public async Task A_translucent_background_is_a_plate(string format)
    {
        var answer = await _removal.RunAsync(_picture, new RemovalOptions { Format = Enum.Parse<OutputFormat>(format), Background = new Rgba(0, 0, 255, 100) });

        using var decoded = answer.Decode(_pool);
        Assert.Equal(100, decoded.Pixels.Row(2)[3]);
        Assert.InRange(decoded.Pixels.Row(2)[2], 240, 255);
        Assert.Equal(255, decoded.Pixels.Row(65)[(4 * 105) + 3]);
    }

    [Fact]
    public async Task Auto_is_png_with_transparency_and_jpg_without()
    {
        var white = Pictures.Disc(50, 50, level: 255, ground: 215);
        var options = new RemovalOptions { Format = OutputFormat.Auto };
        await using var eager = new Removal(new BrightnessModel { Scale = 5 });

        Assert.Equal("image/png", (await _removal.RunAsync(_picture, options)).Result.ContentType);
        var opaque = await eager.RunAsync(white, options);
        Assert.Equal("image/jpeg", opaque.Result.ContentType);
        using var decoded = opaque.Decode(_pool);
        Assert.InRange(decoded.Pixels.Row(0)[0], 208, 222);
    }

    [Theory]
    [InlineData(OutputFormatName.Png)]
    [InlineData(OutputFormatName.Jpg)]
    [InlineData(OutputFormatName.WebP)]
    [InlineData(OutputFormatName.Auto)]
    public async Task Alpha_alone_is_the_matte_in_grey_whatever_the_background(string format)
    {
        var answer = await _removal.RunAsync(
            _picture, new RemovalOptions { Channels = OutputChannels.Alpha, Format = Enum.Parse<OutputFormat>(format), Background = new Rgba(200, 0, 0) });

        using var decoded = answer.Decode(_pool);
        Assert.InRange(decoded.Pixels.Row(2)[6], 0, 3);
        Assert.InRange(decoded.Pixels.Row(65)[3 * 105], 250, 255);
        if (format is OutputFormatName.Png or OutputFormatName.Auto)
        {
            Assert.Equal([8, 0], answer.Content[24..26]);
        }
    }

    [Fact]
    public async Task Crop_margin_scale_and_position_place_the_subject()
    {
        var box = (await _removal.RunAsync(_picture, new RemovalOptions())).Result.Foreground;
        var ten = new Length(10, false);
        foreach (var format in new[] { OutputFormat.Png, OutputFormat.Zip })
        {
            foreach (var channels in Enum.GetValues<OutputChannels>())
            {
                var plain = new RemovalOptions { Format = format, Channels = channels };
                var cropped = (await _removal.RunAsync(_picture, plain with { Crop = true })).Result;
                Assert.Equal((box.Width, box.Height, box), (cropped.Width, cropped.Height, cropped.Foreground));
                var wide = (await _removal.RunAsync(_picture, plain with { Crop = true, CropMargin = new Margins(ten, ten, ten, ten) })).Result;
                Assert.Equal((box.Width + 20, box.Height + 20), (wide.Width, wide.Height));
                var scaled = (await _removal.RunAsync(_picture, plain with { Scale = 0.5, Position = new Position(1, 0) })).Result;
                Assert.Equal((Width, Height), (scaled.Width, scaled.Height));
            }
        }

        var moved = await _removal.RunAsync(_picture, new RemovalOptions { Scale = 0.5, Position = new Position(1, 0) });
        using var decoded = moved.Decode(_pool);
        Assert.Equal(0, decoded.Pixels.Row(Height - 1).IndexOfAnyExcept((byte)0) + 1);
        Assert.InRange(decoded.Pixels.Row(20)[(4 * (Width - 20)) + 3], 250, 255);
    }

    [Fact]
    public async Task The_pictures_own_alpha_multiplies_the_matte()
    {
        using var painted = Pictures.Paint(_pool, 64, 64, 4, static (x, _, band) => band == 3 ? (x < 32 ? 255 : 128) : 230);
        await using var certain = new Removal(new BrightnessModel { Scale = 3 });

        using var decoded = (await certain.RunAsync(Pictures.Encode(Encoder.WritePng, painted), new RemovalOptions())).Decode(_pool);

        Assert.Equal(255, decoded.Pixels.Row(10)[(4 * 10) + 3]);
        Assert.InRange(decoded.Pixels.Row(10)[(4 * 50) + 3], 127, 129);
    }

    [Fact]
    public async Task A_letterboxed_model_with_numbers_of_its_own_goes_through_by_manifest_alone()
    {
        await using var other = new Removal(new BrightnessModel
        {
            Name = "other", Width = 96, Height = 64, Resize = ModelResize.Letterbox, Mean = [127.5f, 127.5f, 127.5f], Std = [127.5f, 127.5f, 127.5f],
            Scale = 12, Activation = ModelActivation.Sigmoid, IsDynamic = true, IsFlat = true,
        });
        using var painted = Pictures.Paint(_pool, 60, 240, 3, static (_, y, _) => y >= 120 ? 240 : 0);

        var answer = await other.RunAsync(Pictures.Encode(Encoder.WritePng, painted), new RemovalOptions());

        AssertNear(new Box(0, 120, 60, 120), answer.Result.Foreground);
        using var decoded = answer.Decode(_pool);

        // At the picture's own edge nothing fades, though the model's padding beside it is no subject.
        Assert.Equal(255, decoded.Pixels.Row(180)[3]);
        Assert.Equal(255, decoded.Pixels.Row(239)[(4 * 30) + 3]);
    }

    /// <summary>A bg_color is meant as sRGB: beside it the picture's colours must be sRGB too. White is the same in every profile, so JPEGs keep theirs.</summary>
    [Fact]
    public async Task A_picture_in_a_wide_gamut_keeps_its_profile_unless_a_colour_is_put_behind_it()
    {
        using var painted = Pictures.Paint(_pool, 90, 60, 3, static (x, y, band) => x is > 20 and < 70 && y is > 10 and < 50 ? (band == 1 ? 255 : 200) : 0);
        using var image = painted.AsVips();
        using var wide = VipsOperation.Apply("icc_transform", image, ("output-profile", "p3"), ("input-profile", "srgb"));
        var file = Pictures.Save("pngsave", wide);
        await using var certain = new Removal(new BrightnessModel { Scale = 1.3f });

        using var kept = (await certain.RunAsync(file, new RemovalOptions())).Decode(_pool);
        using var overWhite = (await certain.RunAsync(file, new RemovalOptions { Format = OutputFormat.Jpg })).Decode(_pool);
        using var overBlue = (await certain.RunAsync(file, new RemovalOptions { Background = new Rgba(0, 0, 255) })).Decode(_pool);
        using var matte = (await certain.RunAsync(file, new RemovalOptions { Channels = OutputChannels.Alpha })).Decode(_pool);

        Assert.Equal(wide.IccProfile, kept.Metadata.IccProfile);
        Assert.Equal(wide.IccProfile, overWhite.Metadata.IccProfile);
        Assert.Null(matte.Metadata.IccProfile);
        Assert.Null(overBlue.Metadata.IccProfile);
        Assert.Equal([0, 0, 255], overBlue.Pixels.Row(2)[..3].ToArray());
        Assert.InRange(kept.Pixels.Row(30)[4 * 45], 205, 255);
        Assert.InRange(overBlue.Pixels.Row(30)[3 * 45], 197, 203);
    }

    [Theory]
    [InlineData("lossy")]
    [InlineData("png")]
    public async Task A_broken_rgb_profile_breaks_no_form_of_answer(string kind)
    {
        using var painted = Pictures.Paint(_pool, 90, 60, 3, static (x, y, _) => x is > 20 and < 70 && y is > 10 and < 50 ? 250 : 0);
        using var image = painted.AsVips();
        using var wide = VipsOperation.Apply("icc_transform", image, ("output-profile", "p3"), ("input-profile", "srgb"));
        var profile = wide.IccProfile!;
        profile.AsSpan(128).Fill(0xEE);
        var file = Pictures.Save(kind.Equals("png", StringComparison.Ordinal) ? "pngsave" : "jpegsave", painted, plain =>
        {
            var tagged = VipsOperation.Apply("copy", plain);
            tagged.SetIccProfile(profile);
            return tagged;
        });

        foreach (var background in new Rgba?[] { null, Rgba.White, new Rgba(9, 99, 199, 60) })
        {
            foreach (var format in Enum.GetValues<OutputFormat>())
            {
                var answer = await _removal.RunAsync(file, new RemovalOptions { Format = format, Background = background });
                Assert.Equal((90, 60), (answer.Result.Width, answer.Result.Height));
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 300)]
    [InlineData(3000, 2)]
    [InlineData(2, 2)]
    public async Task Pictures_of_hardly_any_pixels_work(int width, int height)
    {
        using var painted = Pictures.Paint(_pool, width, height, 3, static (_, _, _) => 220);

        var answer = await _removal.RunAsync(Pictures.Encode(Encoder.WritePng, painted), new RemovalOptions { Crop = true });

        Assert.Equal(new Box(0, 0, width, height), answer.Result.Foreground);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>The model is coarse: within two of its pixels.</summary>
    private static void AssertNear(Box expected, Box actual)
    {
        Assert.InRange(actual.Left, expected.Left - 6, expected.Left + 6);
        Assert.InRange(actual.Top, expected.Top - 6, expected.Top + 6);
        Assert.InRange(actual.Right, expected.Right - 6, expected.Right + 6);
        Assert.InRange(actual.Bottom, expected.Bottom - 6, expected.Bottom + 6);
    }

    /// <summary>Names for test data: the enumeration itself is internal.</summary>
    private static class OutputFormatName
    {
        public const string Png = nameof(OutputFormat.Png);
        public const string Jpg = nameof(OutputFormat.Jpg);
        public const string WebP = nameof(OutputFormat.WebP);
        public const string Auto = nameof(OutputFormat.Auto);
    }
}
