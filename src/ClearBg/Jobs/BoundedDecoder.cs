using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Intake;
using Microsoft.Extensions.Options;

namespace ClearBg.Jobs;

/// <summary>Decodes what a stranger sent: within the deadline, and only what its header announced.</summary>
internal sealed partial class BoundedDecoder(Decoder decoder, IOptions<IntakeOptions> intake, ILogger<BoundedDecoder> log)
{
    /// <summary>Decodes a file.</summary>
    /// <param name="header">The file's.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="enough">Upright size, pixels, that is needed at least; more than the picture has is as much as it has.</param>
    /// <param name="cancellation">Stops the decoder within a few rows.</param>
    /// <returns><see cref="FailureCode.FailedToReadImage"/>: corrupt, cut short, too slow, or not what the header said.</returns>
    public Outcome<DecodedPicture> Decode(PictureHeader header, PixelBuffer file, (int Width, int Height) enough, CancellationToken cancellation)
    {
        var (width, height) = header.Upright;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(intake.Value.DecodeSeconds));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            var decoded = decoder.Decode(header.Format, file.Bytes, (Math.Min(width, enough.Width), Math.Min(height, enough.Height)), either.Token);
            if (AgreesWith(decoded.Pixels, width, height))
            {
                return decoded;
            }

            decoded.Dispose();
            return Unreadable("its header and its decoder disagree about its size", "The picture's header doesn't fit its contents.");
        }
        catch (VipsException exception)
        {
            return Unreadable(exception.Message, "The picture is corrupt or cut short.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Unreadable("decoding passed its deadline", "The picture takes too long to decode.");
        }
    }

    /// <summary>libvips reads sizes and orientation by itself: a picture that it takes for another one than our header reader did would come out distorted.</summary>
    private static bool AgreesWith(Raster decoded, int width, int height)
    {
        // Decoded at ½, ¼ or ⅛ a side is rounded.
        var shrink = (int)Math.Round((double)Math.Max(width, height) / Math.Max(decoded.Width, decoded.Height));
        return Math.Abs((decoded.Width * shrink) - width) <= shrink && Math.Abs((decoded.Height * shrink) - height) <= shrink;
    }

    private Failure Unreadable(string reason, string detail)
    {
        LogUnreadable(reason);
        return new Failure(FailureCode.FailedToReadImage, detail);
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "A picture could not be decoded: {Reason}")]
    private partial void LogUnreadable(string reason);
}
