namespace ClearBg.Jobs;

/// <summary>The uncropped frame's size: the picture's own, or smaller where the tier or the format caps it. Never larger.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
internal readonly record struct OutputSize(int Width, int Height)
{
    private const long Mega = 1_000_000;

    private const long PreviewPixels = Mega / 4;

    /// <summary>PNG is never larger than this.</summary>
    private const long PngPixels = 10 * Mega;

    /// <summary>Longest side that a WebP file can have (RFC 9649, 2.6); JPEG's is longer, PNG's far longer.</summary>
    public const int MaxSide = 16_383;

    /// <summary>With more pixels than the cap, both sides shrink by √(cap ∕ pixels), rounded down: 1600 × 1200 as preview is 577 × 433.</summary>
    /// <param name="width">Of the upright picture, pixels.</param>
    /// <param name="height">Of the upright picture, pixels.</param>
    /// <param name="options">Size, format and background colour decide the cap.</param>
    /// <param name="coversAll">A background image without a transparent pixel is put behind the subject.</param>
    public static OutputSize Of(int width, int height, RemovalOptions options, bool coversAll = false)
    {
        var (pixels, cap) = (width * (long)height, MaxPixels(options, coversAll));
        if (pixels <= cap)
        {
            return new OutputSize(width, height);
        }

        var scale = Math.Sqrt((double)cap / pixels);
        return new OutputSize(Math.Max(1, (int)(width * scale)), Math.Max(1, (int)(height * scale)));
    }

    /// <summary>Whether a preview of this picture is as large as the picture.</summary>
    public static bool FitsPreview(int width, int height) => width * (long)height <= PreviewPixels;

    /// <summary>The most pixels that an answer may have.</summary>
    public static long MaxPixels(RemovalOptions options, bool coversAll = false)
    {
        var tier = options.Size switch
        {
            SizeTier.Preview => PreviewPixels,
            SizeTier.Medium => Mega * 3 / 2,
            SizeTier.Hd => 4 * Mega,
            SizeTier.Full => 25 * Mega,
            SizeTier.Auto or SizeTier.FiftyMegapixels => 50 * Mega,
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Size, null),
        };

        // Without an opaque background almost every answer has transparent pixels, and auto then means PNG; as it does for a matte.
        var opaque = options.ShowsBackground && (coversAll || options.Background is { IsOpaque: true });
        var png = options.Format == OutputFormat.Png || (options.Format == OutputFormat.Auto && !opaque);
        return png ? Math.Min(tier, PngPixels) : tier;
    }
}
