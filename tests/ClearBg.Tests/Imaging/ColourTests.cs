using System.Buffers.Binary;
using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Intake;
using ClearBg.Tests.Intake;

namespace ClearBg.Tests.Imaging;

/// <summary>ICC profiles, CMYK and density: what the input says of its colours must be what the output shows.</summary>
public sealed class ColourTests : IDisposable
{
    private static readonly Lazy<byte[]> WideGamut = new(static () =>
    {
        using var pool = new BufferPool(0);
        using var picture = Pictures.Asymmetric(pool, 4, 4);
        using var image = picture.AsVips();
        using var wide = VipsOperation.Apply("icc_transform", image, ("output-profile", "p3"), ("input-profile", "srgb"));
        return wide.IccProfile!;
    });

    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    public static TheoryData<string> Writers => ["png", "jpg", "webp"];

    [Theory]
    [MemberData(nameof(Writers))]
    public void An_rgb_profile_and_the_density_go_through_byte_for_byte(string writer)
    {
        using var picture = Pictures.Asymmetric(_pool, 40, 30);
        var metadata = new PictureMetadata(WideGamut.Value, 11.811, 5.9055);
        var input = Pictures.Encode(Encoder.WritePng, picture, metadata);

        using var decoded = Decode(input);
        var output = Pictures.Encode(Writer(writer), decoded.Pixels, decoded.Metadata);
        using var again = Decode(output);

        Assert.Equal(WideGamut.Value, decoded.Metadata.IccProfile);
        Assert.Equal(WideGamut.Value, again.Metadata.IccProfile);
        Assert.Equal(11.811, decoded.Metadata.HorizontalResolution, 0.01);
        Assert.Equal(5.9055, decoded.Metadata.VerticalResolution, 0.01);
        if (!writer.Equals("webp", StringComparison.Ordinal))
        {
            // WebP has no place for a density but EXIF.
            Assert.Equal(11.811, again.Metadata.HorizontalResolution, 0.05);
            Assert.Equal(5.9055, again.Metadata.VerticalResolution, 0.05);
        }

        Assert.Equal(-1, output.AsSpan().IndexOf("Exif"u8));
        Assert.Equal(-1, output.AsSpan().IndexOf("eXIf"u8));
        Assert.Equal(-1, output.AsSpan().IndexOf("EXIF"u8));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void Exif_xmp_and_comments_never_come_out_again(string writer)
    {
        byte[] secret = "51.5007N 0.1246W"u8.ToArray();
        var jpeg = PictureFiles.Real(PictureFormat.Jpeg);
        byte[] file =
        [
            .. jpeg[..2], .. PictureFiles.JpegSegment(0xE1, [.. PictureFiles.Exif(true, true, (0x112, 3, 1, 1)), .. secret]),
            .. PictureFiles.JpegSegment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. secret]), .. PictureFiles.JpegSegment(0xFE, secret), .. jpeg[2..],
        ];

        using var decoded = Decode(file);
        var output = Pictures.Encode(Writer(writer), decoded.Pixels, decoded.Metadata);

        Assert.Equal(-1, output.AsSpan().IndexOf(secret));
        Assert.Equal(-1, output.AsSpan().IndexOf("Exif"u8));
    }

    /// <summary>A profile that says the right colour space and links two devices passes every check but use: it was a 500 with a background, and a refusal of grey and CMYK.</summary>
    [Theory]
    [InlineData("RGB ", 3)]
    [InlineData("GRAY", 1)]
    public void A_profile_that_can_not_be_used_leaves_the_colours_as_they_stand(string space, int bands)
    {
        var link = new byte[132];
        BinaryPrimitives.WriteInt32BigEndian(link, link.Length);
        link[8] = 4;
        System.Text.Encoding.ASCII.GetBytes("link" + space + space).CopyTo(link, 12);
        "acsp"u8.CopyTo(link.AsSpan(36));
        using var picture = new Raster(_pool, 16, 16, bands);
        picture.Samples.Fill(90);
        var jpeg = Pictures.Encode(Encoder.WriteJpeg, picture, new PictureMetadata(null, 1, 1));
        byte[] file = [.. jpeg[..2], .. PictureFiles.JpegSegment(0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. link]), .. jpeg[2..]];

        using var decoded = Decode(file);
        using var image = decoded.Pixels.AsVips();
        using var srgb = ColourProfile.ToSrgb(_pool, image, link, CancellationToken.None);

        Assert.Equal(3, decoded.Pixels.Bands);
        Assert.All(decoded.Pixels.Samples.ToArray(), static sample => Assert.InRange(sample, 88, 92));
        Assert.Equal(decoded.Pixels.Samples.ToArray(), srgb.Samples.ToArray());
    }

    [Fact]
    public void Without_a_profile_none_is_written()
    {
        using var picture = Pictures.Asymmetric(_pool, 10, 10);
        foreach (var writer in new[] { "png", "jpg", "webp" })
        {
            using var decoded = Decode(Pictures.Encode(Writer(writer), picture));
            Assert.Null(decoded.Metadata.IccProfile);
        }
    }

    [Theory]
    [InlineData("GRAY")]
    [InlineData("CMYK")]
    [InlineData("Lab ")]
    [InlineData("broken")]
    [InlineData("short")]
    public void A_profile_that_makes_no_sense_breaks_nothing(string kind)
    {
        var profile = Nonsense(kind);
        foreach (var (saver, bands) in new[] { ("jpegsave", 3), ("jpegsave", 1), ("pngsave", 3), ("pngsave", 1), ("pngsave", 4), ("webpsave", 3) })
        {
            using var picture = Pictures.Paint(_pool, 24, 16, bands, static (x, y, band) => band == 3 ? 255 : 60 + (4 * x) + y);
            var file = Pictures.Save(saver, picture, image =>
            {
                var tagged = VipsOperation.Apply("copy", image);
                tagged.SetIccProfile(profile);
                return tagged;
            });

            using var decoded = Decode(file);

            Assert.Equal(bands == 4 ? 4 : 3, decoded.Pixels.Bands);
            for (var i = 0; i < 24 * 16; i++)
            {
                Assert.InRange(decoded.Pixels.Samples[i * decoded.Pixels.Bands] - picture.Samples[i * bands], -6, 6);
            }

            Assert.True(kind.Equals("broken", StringComparison.Ordinal) || decoded.Metadata.IccProfile is null);
        }
    }

    [Fact]
    public void A_grey_pictures_profile_is_heeded()
    {
        using var picture = Pictures.Paint(_pool, 256, 1, 1, static (x, _, _) => x);
        var file = Pictures.Save("pngsave", picture, static image =>
        {
            var tagged = VipsOperation.Apply("copy", image);
            tagged.SetIccProfile(LinearGrey());
            return tagged;
        });

        using var decoded = Decode(file);

        // Half the light is level 188 of sRGB.
        Assert.Null(decoded.Metadata.IccProfile);
        Assert.Equal(3, decoded.Pixels.Bands);
        Assert.InRange(decoded.Pixels.Samples[3 * 128], 180, 195);
        Assert.Equal(0, decoded.Pixels.Samples[0]);
        Assert.InRange(decoded.Pixels.Samples[3 * 255], 253, 255);
    }

    /// <summary>There and back through the press's gamut loses much of a saturated colour, little of a muted one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cmyk_becomes_srgb(bool withProfile)
    {
        using var muted = Pictures.Paint(_pool, 32, 32, 3, static (x, y, band) => 110 + x + (band == 0 ? y : 0));
        var file = Pictures.Save("jpegsave", muted, static image => VipsOperation.Apply("icc_transform", image, ("output-profile", "cmyk"), ("input-profile", "srgb")), ("Q", 98), ("keep", withProfile ? "icc" : "none"));

        using var decoded = Decode(file);

        Assert.Null(decoded.Metadata.IccProfile);
        Assert.InRange(Pictures.Difference(muted, decoded.Pixels).Mean, 0, 8);
    }

    /// <summary>The Adobe marker's last byte tells YCCK from CMYK: the same planes then mean other colours.</summary>
    [Fact]
    public unsafe void Ycck_is_read_like_the_same_picture_in_cmyk()
    {
        using var cmyk = Pictures.Paint(_pool, 32, 32, 4, static (x, y, band) => band == 3 ? 30 : 60 + (40 * band) + (2 * x) + y);

        // libvips writes 255 − sample into the file, as Adobe does; libjpeg takes R = 255 − C from Y, Cb and Cr.
        using var planes = Pictures.Paint(_pool, 32, 32, 4, (x, y, band) =>
        {
            var pixel = cmyk.Row(y).Slice(4 * x, 4);
            var (r, g, b) = ((double)pixel[0], (double)pixel[1], (double)pixel[2]);
            return 255 - band switch
            {
                0 => (0.299 * r) + (0.587 * g) + (0.114 * b),
                1 => 128 - (0.168736 * r) - (0.331264 * g) + (0.5 * b),
                2 => 128 + (0.5 * r) - (0.418688 * g) - (0.081312 * b),
                _ => 255 - pixel[3],
            };
        });
        var plain = Save(cmyk);
        var ycck = Save(planes);
        var adobe = ycck.AsSpan().IndexOf("Adobe"u8);
        Assert.True(adobe > 0 && ycck[adobe + 11] == 0);
        ycck[adobe + 11] = 2;

        using var expected = Decode(plain);
        using var decoded = Decode(ycck);

        Assert.InRange(Pictures.Difference(expected.Pixels, decoded.Pixels).Mean, 0, 4);

        static byte[] Save(Raster raster) => Pictures.Save("jpegsave", raster, static image => VipsOperation.Apply("copy", image, ("interpretation", "cmyk")), ("Q", 98), ("subsample-mode", "off"));
    }

    private DecodedPicture Decode(byte[] file)
    {
        Assert.True(PictureHeader.Read(file, new IntakeOptions()).Succeeded(out var header, out _));
        return new Decoder(_pool).Decode(header.Format, file, (10_000, 10_000), CancellationToken.None);
    }

    private static Action<Raster, PictureMetadata, Stream, CancellationToken> Writer(string name) => name switch
    {
        "png" => Encoder.WritePng,
        "jpg" => Encoder.WriteJpeg,
        _ => Encoder.WriteWebP,
    };

    private static byte[] Nonsense(string kind)
    {
        var profile = (byte[])WideGamut.Value.Clone();
        switch (kind)
        {
            case "broken":
                // The header is fine, every tag points nowhere.
                profile.AsSpan(128).Fill(0xEE);
                return profile;
            case "short":
                return profile[..60];
            default:
                System.Text.Encoding.ASCII.GetBytes(kind).CopyTo(profile, 16);
                return profile;
        }
    }

    /// <summary>ICC.1:2001-04: a monochrome input profile whose curve is the straight line.</summary>
    private static byte[] LinearGrey()
    {
        (string Tag, byte[] Data)[] tags =
        [
            ("desc", [.. "desc\0\0\0\0\0\0\0\u0005grey\0"u8, .. new byte[78 + 1]]),
            ("wtpt", [.. "XYZ \0\0\0\0"u8, 0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]),
            ("kTRC", [.. "curv\0\0\0\0\0\0\0\0"u8]),
            ("cprt", [.. "text\0\0\0\0none\0\0\0\0"u8]),
        ];
        var offset = 128 + 4 + (12 * tags.Length);
        List<byte> table = [.. BigEndian((uint)tags.Length)], data = [];
        foreach (var (tag, bytes) in tags)
        {
            table.AddRange([.. System.Text.Encoding.ASCII.GetBytes(tag), .. BigEndian((uint)(offset + data.Count)), .. BigEndian((uint)bytes.Length)]);
            data.AddRange([.. bytes, .. new byte[(4 - (bytes.Length % 4)) % 4]]);
        }

        var header = new byte[128];
        BigEndian((uint)(offset + data.Count)).CopyTo(header, 0);
        BigEndian(0x02400000).CopyTo(header, 8);
        "scnrGRAYXYZ "u8.CopyTo(header.AsSpan(12));
        "acsp"u8.CopyTo(header.AsSpan(36));
        ((ReadOnlySpan<byte>)[0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]).CopyTo(header.AsSpan(68));
        return [.. header, .. table, .. data];
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
