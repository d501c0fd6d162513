using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using static ClearBg.Tests.Intake.PictureFiles;

namespace ClearBg.Tests.Intake;

public class PictureHeaderTests
{
    private static readonly IntakeOptions Limits = new();

    /// <summary>A preview in an APP segment: a whole JPEG of another size, with scans of its own.</summary>
    private static readonly byte[] Preview = JpegSegment(0xE2, Jpeg(160, 120, scans: 120));

    public static TheoryData<string, byte[], string, int, int> Good => new()
    {
        { "PNG", Png(640, 480), nameof(PictureFormat.Png), 640, 480 },
        { "PNG of one pixel", Png(1, 1, depth: 1, color: 0), nameof(PictureFormat.Png), 1, 1 },
        { "PNG with a palette", Png(10_000, 5_000, depth: 4, color: 3), nameof(PictureFormat.Png), 10_000, 5_000 },
        { "PNG with an unknown chunk", Png(3, 4, chunks: PngChunk("abCd", new byte[99])), nameof(PictureFormat.Png), 3, 4 },
        { "baseline JPEG", Jpeg(640, 480), nameof(PictureFormat.Jpeg), 640, 480 },
        { "extended JPEG", Jpeg(640, 480, frame: 0xC1), nameof(PictureFormat.Jpeg), 640, 480 },
        { "progressive JPEG of 100 scans", Jpeg(640, 480, frame: 0xC2, scans: 100), nameof(PictureFormat.Jpeg), 640, 480 },
        { "JPEG with a preview", Jpeg(640, 480, segments: Preview), nameof(PictureFormat.Jpeg), 640, 480 },
        { "JPEG with fill bytes", Jpeg(640, 480, segments: [0xFF, 0xFF, .. JpegSegment(0xFE, [])]), nameof(PictureFormat.Jpeg), 640, 480 },
        { "JPEG with another after it", [.. Jpeg(640, 480), .. Jpeg(8, 8, scans: 120)], nameof(PictureFormat.Jpeg), 640, 480 },
        { "lossy WebP", WebP(Vp8(640, 480)), nameof(PictureFormat.WebP), 640, 480 },
        { "lossy WebP with scaling bits", WebP(Vp8(640 | 0x4000, 480 | 0x8000)), nameof(PictureFormat.WebP), 640, 480 },
        { "lossless WebP", WebP(Vp8L(640, 480)), nameof(PictureFormat.WebP), 640, 480 },
        { "extended WebP", WebP(Vp8X(640, 480), Vp8L(640, 480)), nameof(PictureFormat.WebP), 640, 480 },
        { "animated WebP with smaller frames", WebP(Vp8X(640, 480, flags: 0x02), WebPChunk("ANMF", new byte[16])), nameof(PictureFormat.WebP), 640, 480 },
        { "WebP with bytes after it", [.. WebP(Vp8L(640, 480)), 1, 2, 3], nameof(PictureFormat.WebP), 640, 480 },
    };

    public static TheoryData<string, byte[], string> Bad => new()
    {
        { "empty", [], nameof(FailureCode.InvalidFileType) },
        { "half a signature", [0x89, (byte)'P', (byte)'N', (byte)'G'], nameof(FailureCode.InvalidFileType) },
        { "JPEG signature of two bytes", [0xFF, 0xD8], nameof(FailureCode.InvalidFileType) },
        { "GIF", "GIF89a\u0001\0\u0001\0"u8.ToArray(), nameof(FailureCode.InvalidFileType) },
        { "SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), nameof(FailureCode.InvalidFileType) },
        { "WAV", "RIFF\u0004\0\0\0WAVEfmt "u8.ToArray(), nameof(FailureCode.InvalidFileType) },
        { "white space before PNG", [(byte)' ', .. Png(1, 1)], nameof(FailureCode.InvalidFileType) },
        { "PNG cut in IHDR", Png(640, 480)[..30], nameof(FailureCode.FailedToReadImage) },
        { "PNG with another chunk first", [.. Png(1, 1)[..8], .. PngChunk("tEXt", new byte[20])], nameof(FailureCode.FailedToReadImage) },
        { "PNG with 3 bits", Png(640, 480, depth: 3), nameof(FailureCode.FailedToReadImage) },
        { "PNG with a palette of 16 bits", Png(640, 480, depth: 16, color: 3), nameof(FailureCode.FailedToReadImage) },
        { "PNG of colour type 1", Png(640, 480, color: 1), nameof(FailureCode.FailedToReadImage) },
        { "PNG of width 0", Png(0, 480), nameof(FailureCode.InvalidDimensions) },
        { "PNG a pixel too wide", Png(10_001, 1), nameof(FailureCode.InvalidDimensions) },
        { "PNG of 1 × 500,000,000", Png(1, 500_000_000), nameof(FailureCode.InvalidDimensions) },
        { "PNG of 2³¹ × 2³¹", Png(0x8000_0000, 0x8000_0000), nameof(FailureCode.InvalidDimensions) },
        { "PNG of 2³²−1 × 1", Png(uint.MaxValue, 1), nameof(FailureCode.InvalidDimensions) },
        { "PNG a row too many", Png(10_000, 5_001), nameof(FailureCode.ResolutionTooHigh) },
        { "PNG of 100 megapixels", Png(10_000, 10_000), nameof(FailureCode.ResolutionTooHigh) },
        { "JPEG of 65535 × 65535", Jpeg(65_535, 65_535), nameof(FailureCode.InvalidDimensions) },
        { "JPEG of height 0", Jpeg(640, 0), nameof(FailureCode.InvalidDimensions) },
        { "JPEG without a frame", [0xFF, 0xD8, .. JpegSegment(0xE0, new byte[14]), 0xFF, 0xD9], nameof(FailureCode.FailedToReadImage) },
        { "JPEG with only a preview", [0xFF, 0xD8, .. Preview, 0xFF, 0xD9], nameof(FailureCode.FailedToReadImage) },
        { "JPEG with a scan first", [0xFF, 0xD8, .. JpegSegment(0xDA, [1, 1, 0, 0, 63, 0]), .. Jpeg(1, 1)[2..]], nameof(FailureCode.FailedToReadImage) },
        { "JPEG without a scan", Jpeg(640, 480, scans: 0), nameof(FailureCode.FailedToReadImage) },
        { "JPEG cut in the frame", Jpeg(640, 480)[..8], nameof(FailureCode.FailedToReadImage) },
        { "lossless JPEG", Jpeg(640, 480, frame: 0xC3), nameof(FailureCode.FailedToReadImage) },
        { "arithmetic JPEG", Jpeg(640, 480, frame: 0xC9), nameof(FailureCode.FailedToReadImage) },
        { "JPEG of 12 bits", Jpeg(640, 480, frame: 0xC1, precision: 12), nameof(FailureCode.FailedToReadImage) },
        { "progressive JPEG of 101 scans", Jpeg(640, 480, frame: 0xC2, scans: 101), nameof(FailureCode.FailedToReadImage) },
        { "scans behind a reserved marker", HiddenScans(), nameof(FailureCode.FailedToReadImage) },
        { "WebP cut short", WebP(Vp8(640, 480))[..^3], nameof(FailureCode.FailedToReadImage) },
        { "WebP without a chunk", WebP(), nameof(FailureCode.FailedToReadImage) },
        { "WebP of an unknown chunk", WebP(WebPChunk("ABCD", new byte[10])), nameof(FailureCode.FailedToReadImage) },
        { "WebP that starts between key frames", WebP(WebPChunk("VP8 ", [1, 0, 0, 0x9D, 0x01, 0x2A, 1, 0, 1, 0])), nameof(FailureCode.FailedToReadImage) },
        { "lossy WebP of width 0", WebP(Vp8(0, 480)), nameof(FailureCode.InvalidDimensions) },
        { "lossless WebP of version 1", WebP(WebPChunk("VP8L", [0x2F, 0, 0, 0, 0x20])), nameof(FailureCode.FailedToReadImage) },
        { "WebP with a canvas of 2²⁴ × 2²⁴", WebP(Vp8X(1 << 24, 1 << 24)), nameof(FailureCode.InvalidDimensions) },
        { "WebP whose frame is larger than its canvas", WebP(Vp8X(16, 16), Vp8L(16_000, 16_000)), nameof(FailureCode.FailedToReadImage) },
        { "WebP whose EXIF comes before a larger frame", WebP(Vp8X(16, 16, flags: 8), WebPChunk("EXIF", new byte[8]), Vp8L(16_000, 16_000)), nameof(FailureCode.FailedToReadImage) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Reads_the_stored_size(string picture, byte[] file, string format, int width, int height)
    {
        var outcome = PictureHeader.Read(file, Limits);

        Assert.True(outcome.Succeeded(out var header, out var failure), $"{picture}: {failure}");
        Assert.Equal((Enum.Parse<PictureFormat>(format), width, height, 1), (header.Format, header.Width, header.Height, header.Orientation));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Refuses_what_is_no_picture_or_too_much_of_one(string picture, byte[] file, string code)
    {
        Assert.False(PictureHeader.Read(file, Limits).Succeeded(out _, out var failure), picture);
        Assert.Equal((picture, Enum.Parse<FailureCode>(code)), (picture, failure.Code));
        Assert.False(string.IsNullOrWhiteSpace(failure.Detail));
    }

    [Theory]
    [InlineData(1, 8, 4)]
    [InlineData(4, 8, 4)]
    [InlineData(5, 4, 8)]
    [InlineData(8, 4, 8)]
    public void Knows_the_size_after_turning_the_picture_upright(int orientation, int width, int height) =>
        Assert.Equal((width, height), new PictureHeader(PictureFormat.Jpeg, 8, 4, orientation).Upright);

    [Fact]
    public void Names_the_value_and_the_limit()
    {
        Assert.Equal("The picture is 12,000 × 300 pixels; each side must be 1 to 10,000.", PictureHeader.Read(Png(12_000, 300), Limits).Failure?.Detail);
        Assert.Equal("The picture has 56,000,000 pixels; at most 50 million are allowed.", PictureHeader.Read(Png(8_000, 7_000), Limits).Failure?.Detail);
        Assert.Equal("The file is larger than 1,024 bytes.", PictureHeader.Read(new byte[1025], new IntakeOptions { MaxBytes = 1024 }).Failure?.Detail);
    }

    [Fact]
    public void Refuses_too_many_bytes_before_looking_at_them() =>
        Assert.Equal(FailureCode.FileTooLarge, PictureHeader.Read(new byte[1025], new IntakeOptions { MaxBytes = 1024 }).Failure?.Code);

    [Theory]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.Png)]
    [InlineData(PictureFormat.WebP)]
    public void Agrees_with_what_libvips_writes(object format)
    {
        Assert.True(PictureHeader.Read(Real((PictureFormat)format), Limits).Succeeded(out var header, out _));
        Assert.Equal(new PictureHeader((PictureFormat)format, 8, 4, 1), header);
    }

    [Fact]
    public void Options_out_of_bounds_are_all_reported_at_once()
    {
        var result = new IntakeOptionsValidator().Validate(null, new IntakeOptions { MaxBytes = 0, MaxSide = 1, MaxMegapixels = 501, DecodeSeconds = 0 });

        Assert.Equal(4, result.Failures?.Count());
        Assert.True(new IntakeOptionsValidator().Validate(null, new IntakeOptions()).Succeeded);
    }

    /// <summary>libjpeg passes over a reserved marker without reading a length where it looks for a restart; 101 scans stand in what that length would skip.</summary>
    private static byte[] HiddenScans()
    {
        var file = Jpeg(640, 480, frame: 0xC2);
        return [.. file[..^2], 0xFF, 0x02, 0xFF, 0xFF, .. Jpeg(8, 8, scans: 101)[^(101 * 10 + 2)..]];
    }
}
