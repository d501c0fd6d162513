using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Intake;

namespace ClearBg.Tests.Imaging;

/// <summary>What is cut short or damaged is refused where that can be seen; it never comes out as a picture with a grey part, and never ends the process.</summary>
public sealed class CorruptPicturesTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    private static readonly Dictionary<string, (PictureFormat Format, string Saver, (string, object)[] Settings)> Kinds = new(StringComparer.Ordinal)
    {
        ["baseline JPEG"] = (PictureFormat.Jpeg, "jpegsave", []),
        ["progressive JPEG"] = (PictureFormat.Jpeg, "jpegsave", [("interlace", true)]),
        ["PNG"] = (PictureFormat.Png, "pngsave", []),
        ["interlaced PNG"] = (PictureFormat.Png, "pngsave", [("interlace", true)]),
        ["lossy WebP"] = (PictureFormat.WebP, "webpsave", []),
        ["lossless WebP"] = (PictureFormat.WebP, "webpsave", [("lossless", true)]),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_cut_short_is_refused_wherever_it_is_cut(string kind)
    {
        var (format, file) = File(kind);
        for (var part = 1; part < 40; part++)
        {
            var cut = file[..(file.Length * part / 40)];
            if (format == PictureFormat.WebP && cut.Length >= 8)
            {
                // As if the container had been that short all along.
                BitConverter.TryWriteBytes(cut.AsSpan(4), cut.Length - 8);
            }

            Assert.False(Decodes(format, cut), $"{kind} decodes from {cut.Length} of {file.Length} bytes.");
        }
    }

    /// <summary>libjpeg fills what is missing with grey and calls that a warning, as long as the file ends as a file should.</summary>
    [Theory]
    [InlineData("baseline JPEG")]
    [InlineData("progressive JPEG")]
    public void A_jpeg_whose_data_ends_before_its_end_marker_is_refused(string kind)
    {
        var (format, file) = File(kind);

        Assert.False(Decodes(format, [.. file[..(file.Length / 2)], 0xFF, 0xD9]));
        Assert.False(Decodes(format, [.. file[..(file.Length * 9 / 10)], 0xFF, 0xD9]));
        Assert.True(Decodes(format, file));
        Assert.True(Decodes(format, [.. file, 1, 2, 3, 0xFF, 0xD8, 0xFF]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_flipped_bit_is_refused_or_decodes_to_a_whole_picture_and_never_crashes(string kind)
    {
        var (format, file) = File(kind);
        var random = new Random(20_261_121);
        var refused = 0;
        for (var i = 0; i < 120; i++)
        {
            var flipped = (byte[])file.Clone();
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            refused += Decodes(format, flipped) ? 0 : 1;
        }

        // A PNG has checksums; the others can notice some of it only.
        Assert.InRange(refused, format == PictureFormat.Png ? 118 : 1, 120);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_filled_with_noise_from_some_point_on_never_crashes(string kind)
    {
        var (format, file) = File(kind);
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            var noisy = (byte[])file.Clone();
            random.NextBytes(noisy.AsSpan(random.Next(12, noisy.Length)));
            Decodes(format, noisy);
        }

        Assert.True(Decodes(format, file));
    }

    /// <summary>True when a picture of the announced size came out, false when it was refused; anything else fails the test.</summary>
    private bool Decodes(PictureFormat format, byte[] file)
    {
        if (!PictureHeader.Read(file, new IntakeOptions()).Succeeded(out var header, out _))
        {
            return false;
        }

        Assert.Equal(format, header.Format);
        try
        {
            using var decoded = new Decoder(_pool).Decode(format, file, (10_000, 10_000), CancellationToken.None);
            Assert.Equal(header.Upright, (decoded.Pixels.Width, decoded.Pixels.Height));
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }

    private (PictureFormat Format, byte[] File) File(string kind)
    {
        var (format, saver, settings) = Kinds[kind];
        var random = new Random(3);
        using var picture = Pictures.Paint(_pool, 150, 110, 3, (x, y, band) => Pictures.Asymmetric(x, y, band, 150, 110) + random.Next(20));
        return (format, Pictures.Save(saver, picture, null, settings));
    }
}
