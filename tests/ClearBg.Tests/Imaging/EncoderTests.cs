using ClearBg.Imaging;

namespace ClearBg.Tests.Imaging;

public sealed class EncoderTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 2)]
    [InlineData(4, 6)]
    public void A_png_has_eight_bits_and_the_colour_type_of_its_bands(int bands, byte colourType)
    {
        using var picture = Pictures.Asymmetric(_pool, 33, 21, bands);

        var png = Pictures.Encode(Encoder.WritePng, picture);

        Assert.Equal([8, colourType, 0, 0, 0], png[24..29]);
    }

    [Fact]
    public void A_jpeg_is_baseline_of_quality_90_with_halved_colour()
    {
        using var picture = Pictures.Asymmetric(_pool, 33, 21);

        var jpeg = Pictures.Encode(Encoder.WriteJpeg, picture);

        // JFIF 1.02, in dots an inch.
        Assert.Equal([0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 2, 1, 0, 72, 0, 72, 0, 0], jpeg[..20]);
        var frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0, 0, 17, 8, 0, 21, 0, 33, 3]);
        Assert.True(frame > 0, "No baseline frame.");
        Assert.Equal([0x22, 0x11, 0x11], (byte[])[jpeg[frame + 11], jpeg[frame + 14], jpeg[frame + 17]]);

        // T.81 annex K's first luminance entry is 16: at quality 90 a fifth of it.
        var table = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDB]);
        Assert.InRange(jpeg[table + 5], 2, 4);
    }

    [Fact]
    public void A_webp_keeps_its_alpha_to_the_bit()
    {
        using var picture = Pictures.Asymmetric(_pool, 64, 50, 4);

        using var decoded = new Decoder(_pool).Decode(PictureFormat.WebP, Pictures.Encode(Encoder.WriteWebP, picture), (64, 50), CancellationToken.None);

        for (var i = 3; i < 64 * 50 * 4; i += 4)
        {
            Assert.Equal(picture.Samples[i], decoded.Pixels.Samples[i]);
        }
    }

    [Fact]
    public void A_stream_that_fails_says_why()
    {
        using var picture = Pictures.Asymmetric(_pool, 300, 300, 4);

        Assert.Throws<NotSupportedException>(() => Encoder.WritePng(picture, Pictures.Plain, new MemoryStream([], writable: false), CancellationToken.None));
        Assert.ThrowsAny<OperationCanceledException>(() => Encoder.WritePng(picture, Pictures.Plain, new MemoryStream(), new CancellationToken(true)));
    }
}
