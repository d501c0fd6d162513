using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Intake;
using ClearBg.Tests.Intake;

namespace ClearBg.Tests.Imaging;

public sealed class DecoderTests : IDisposable
{
    private const int Width = 48;
    private const int Height = 30;

    private static readonly (int, int) Full = (10_000, 10_000);

    private readonly BufferPool _pool = new(0);
    private readonly Decoder _decoder;

    public DecoderTests() => _decoder = new Decoder(_pool);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>Name, saver, bands, settings, and how far the decoded picture may be off.</summary>
    private static readonly Dictionary<string, (string Saver, int Bands, (string, object)[] Settings, int Tolerance)> Kinds = new(StringComparer.Ordinal)
    {
        ["baseline JPEG"] = ("jpegsave", 3, [("Q", 98), ("subsample-mode", "off")], 6),
        ["progressive JPEG"] = ("jpegsave", 3, [("Q", 98), ("subsample-mode", "off"), ("interlace", true)], 6),
        ["PNG"] = ("pngsave", 3, [], 0),
        ["PNG with alpha"] = ("pngsave", 4, [], 0),
        ["interlaced PNG"] = ("pngsave", 3, [("interlace", true)], 0),
        ["interlaced PNG with alpha"] = ("pngsave", 4, [("interlace", true)], 0),
        ["lossless WebP"] = ("webpsave", 3, [("lossless", true)], 0),
        ["lossless WebP with alpha"] = ("webpsave", 4, [("lossless", true)], 0),
        ["lossy WebP"] = ("webpsave", 3, [("Q", 98)], 24),
        ["palette PNG"] = ("pngsave", 3, [("palette", true), ("Q", 100), ("dither", 0)], 40),
        ["palette PNG with tRNS"] = ("pngsave", 4, [("palette", true), ("Q", 100), ("dither", 0)], 60),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Reads_every_kind_of_file(string kind)
    {
        var (saver, bands, settings, tolerance) = Kinds[kind];
        using var painted = Pictures.Asymmetric(_pool, Width, Height, bands);

        using var decoded = Decode(Pictures.Save(saver, painted, null, settings));

        var (greatest, mean) = Pictures.Difference(painted, decoded.Pixels);
        Assert.InRange(greatest, 0, tolerance);
        Assert.InRange(mean, 0, tolerance / 4.0);
    }

    [Theory]
    [InlineData("pngsave", 1)]
    [InlineData("pngsave", 2)]
    [InlineData("jpegsave", 1)]
    public void Grey_becomes_rgb(string saver, int bands)
    {
        using var painted = Pictures.Paint(_pool, Width, Height, 1, static (x, y, _) => (4 * x) + y);
        var file = Pictures.Save(saver, painted, image => bands == 2 ? VipsOperation.Apply("bandjoin_const", image, ("c", 77)) : VipsOperation.Apply("copy", image));

        using var decoded = Decode(file);

        Assert.Equal(bands == 2 ? 4 : 3, decoded.Pixels.Bands);
        for (var i = 0; i < Width * Height; i++)
        {
            var pixel = decoded.Pixels.Samples.Slice(i * decoded.Pixels.Bands, decoded.Pixels.Bands);
            Assert.InRange(pixel[0] - painted.Samples[i], -3, 3);
            Assert.True(pixel[0] == pixel[1] && pixel[1] == pixel[2] && (bands == 1 || pixel[3] == 77));
        }
    }

    [Fact]
    public void A_png_of_one_bit_is_black_and_white()
    {
        using var painted = Pictures.Paint(_pool, 17, 5, 1, static (x, y, _) => (x + y) % 2 * 255);

        using var decoded = Decode(Pictures.Save("pngsave", painted, null, ("bitdepth", 1)));

        using var expected = Pictures.Paint(_pool, 17, 5, 3, static (x, y, _) => (x + y) % 2 * 255);
        Assert.Equal(0, Pictures.Difference(expected, decoded.Pixels).Greatest);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public unsafe void Sixteen_bits_become_eight(int bands)
    {
        var samples = new ushort[Width * Height * bands];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (ushort)(257 * (i * 31 % 256));
        }

        byte[] file;
        fixed (ushort* data = samples)
        {
            using var raw = VipsImage.Over(data, (nuint)(samples.Length * 2), Width, Height, bands, VipsBandFormat.UShort);
            using var tagged = VipsOperation.Apply("copy", raw, ("interpretation", bands < 3 ? "grey16" : "rgb16"));
            file = Pictures.Save("pngsave", tagged);
        }

        using var decoded = Decode(file);

        Assert.Equal(bands < 3 ? bands + 2 : bands, decoded.Pixels.Bands);
        for (var i = 0; i < samples.Length; i++)
        {
            var at = bands < 3 ? (i / bands * decoded.Pixels.Bands) + (i % bands == 0 ? 0 : 3) : i;
            Assert.InRange(decoded.Pixels.Samples[at] - (samples[i] / 257), -1, 1);
        }
    }

    [Theory]
    [InlineData(nameof(PictureFormat.Jpeg))]
    [InlineData(nameof(PictureFormat.Png))]
    [InlineData(nameof(PictureFormat.WebP))]
    public void Every_exif_orientation_comes_out_upright(string name)
    {
        var format = Enum.Parse<PictureFormat>(name);
        using var upright = Pictures.Asymmetric(_pool, Width, Height);
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            // What a camera stores for this orientation: CIPA DC-008 says where its row 0 and column 0 are.
            var lies = orientation >= 5;
            using var stored = Pictures.Paint(_pool, lies ? Height : Width, lies ? Width : Height, 3, (x, y, band) =>
            {
                var (ux, uy) = orientation switch
                {
                    1 => (x, y),
                    2 => (Width - 1 - x, y),
                    3 => (Width - 1 - x, Height - 1 - y),
                    4 => (x, Height - 1 - y),
                    5 => (y, x),
                    6 => (Width - 1 - y, x),
                    7 => (Width - 1 - y, Height - 1 - x),
                    _ => (y, Height - 1 - x),
                };
                return upright.Row(uy)[(3 * ux) + band];
            });
            var file = WithOrientation(format, stored, orientation);

            Assert.True(PictureHeader.Read(file, new IntakeOptions()).Succeeded(out var header, out _));
            using var decoded = _decoder.Decode(format, file, Full, CancellationToken.None);

            Assert.Equal((orientation, (Width, Height)), (header.Orientation, header.Upright));
            Assert.InRange(Pictures.Difference(upright, decoded.Pixels).Mean, 0, 4);
        }
    }

    [Fact]
    public void Density_turns_with_the_picture()
    {
        using var picture = Pictures.Asymmetric(_pool, Width, Height);
        var png = Pictures.Encode(Encoder.WritePng, picture, new PictureMetadata(null, 2, 5));
        byte[] turned = [.. png[..33], .. PictureFiles.PngChunk("eXIf", PictureFiles.Exif(true, false, (0x112, 3, 1, 6))), .. png[33..]];

        using var decoded = _decoder.Decode(PictureFormat.Png, turned, Full, CancellationToken.None);

        Assert.Equal((5, 2), (decoded.Metadata.HorizontalResolution, decoded.Metadata.VerticalResolution));
    }

    [Fact]
    public void Of_an_animation_the_first_frame_is_read()
    {
        using var red = Pictures.Paint(_pool, 20, 16, 3, static (_, _, band) => band == 0 ? 200 : 10);
        using var grey = Pictures.Paint(_pool, 20, 16, 3, static (_, _, _) => 90);
        var file = PictureFiles.WebP(PictureFiles.Vp8X(20, 16, flags: 0x02), PictureFiles.WebPChunk("ANIM", [0, 0, 0, 0, 0, 0]), Frame(red), Frame(grey));
        Assert.True(PictureHeader.Read(file, new IntakeOptions()).Succeeded(out var header, out _));
        Assert.Equal((20, 16), header.Upright);

        using var decoded = Decode(file);

        using var rgb = decoded.Pixels.Bands == 3 ? null : new Compositor(_pool).Place(decoded.Pixels, 20, 16, 0, 0, Rgba.White);
        Assert.Equal(0, Pictures.Difference(red, rgb ?? decoded.Pixels).Greatest);

        // RFC 9649, 2.7.1.1: place, size − 1, 100 ms, flags, then the frame's own chunks.
        static byte[] Frame(Raster raster) =>
            PictureFiles.WebPChunk("ANMF", [0, 0, 0, 0, 0, 0, 19, 0, 0, 15, 0, 0, 100, 0, 0, 0, .. Pictures.Save("webpsave", raster, null, ("lossless", true), ("keep", "none"))[12..]]);
    }

    /// <summary>The size that is asked for is the least that may come; what comes must look like the whole picture, made smaller.</summary>
    [Theory]
    [InlineData(1000, 750, 999, 749, 1)]
    [InlineData(1000, 750, 500, 375, 2)]
    [InlineData(1000, 750, 501, 375, 1)]
    [InlineData(1000, 750, 100, 75, 8)]
    [InlineData(1001, 751, 125, 93, 8)]
    [InlineData(1001, 751, 126, 93, 4)]
    [InlineData(1000, 750, 1, 1, 8)]
    public void A_jpeg_shrinks_on_load_to_no_less_than_what_is_needed(int width, int height, int enoughWidth, int enoughHeight, int shrink)
    {
        using var painted = Pictures.Asymmetric(_pool, width, height);
        var file = Pictures.Save("jpegsave", painted, null, ("Q", 95));

        using var small = _decoder.Decode(PictureFormat.Jpeg, file, (enoughWidth, enoughHeight), CancellationToken.None);

        Assert.InRange(small.Pixels.Width, enoughWidth, (width + shrink - 1) / shrink);
        Assert.InRange(small.Pixels.Height, enoughHeight, (height + shrink - 1) / shrink);
        Assert.Equal(shrink, (int)Math.Round((double)width / small.Pixels.Width));
        using var reference = new Resizer(_pool).Resize(painted, small.Pixels.Width, small.Pixels.Height, "linear", CancellationToken.None);
        Assert.InRange(Pictures.Difference(reference, small.Pixels).Mean, 0, 4);
    }

    [Fact]
    public void A_lying_jpeg_shrinks_by_its_upright_size()
    {
        using var painted = Pictures.Asymmetric(_pool, 400, 1600);
        var file = WithOrientation(PictureFormat.Jpeg, painted, 6);

        using var small = _decoder.Decode(PictureFormat.Jpeg, file, (790, 190), CancellationToken.None);

        Assert.Equal((800, 200), (small.Pixels.Width, small.Pixels.Height));
    }

    [Theory]
    [InlineData(nameof(PictureFormat.Jpeg))]
    [InlineData(nameof(PictureFormat.Png))]
    [InlineData(nameof(PictureFormat.WebP))]
    public void Stops_when_cancelled(string name)
    {
        var format = Enum.Parse<PictureFormat>(name);

        Assert.ThrowsAny<OperationCanceledException>(() => _decoder.Decode(format, PictureFiles.Real(format), Full, new CancellationToken(true)));
    }

    private DecodedPicture Decode(byte[] file)
    {
        Assert.True(PictureHeader.Read(file, new IntakeOptions()).Succeeded(out var header, out _));
        var decoded = _decoder.Decode(header.Format, file, Full, CancellationToken.None);
        Assert.Equal(header.Upright, (decoded.Pixels.Width, decoded.Pixels.Height));
        return decoded;
    }

    private static byte[] WithOrientation(PictureFormat format, Raster stored, int orientation)
    {
        var exif = PictureFiles.Exif(true, format == PictureFormat.Jpeg, (0x112, 3, 1, (ushort)orientation));
        switch (format)
        {
            case PictureFormat.Jpeg:
                var jpeg = Pictures.Save("jpegsave", stored, null, ("Q", 95));
                return [.. jpeg[..2], .. PictureFiles.JpegSegment(0xE1, exif), .. jpeg[2..]];
            case PictureFormat.Png:
                var png = Pictures.Save("pngsave", stored);
                return [.. png[..33], .. PictureFiles.PngChunk("eXIf", exif), .. png[33..]];
            default:
                var webp = Pictures.Save("webpsave", stored, null, ("lossless", true), ("keep", "none"));
                return PictureFiles.WebP(PictureFiles.Vp8X(stored.Width, stored.Height, flags: 0x08), webp[12..], PictureFiles.WebPChunk("EXIF", exif));
        }
    }
}
