using ClearBg.Admission;
using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Intake;
using ClearBg.Segmentation;
using Microsoft.Extensions.Options;

namespace ClearBg.Jobs;

/// <summary>
/// From the bytes of a picture to the bytes of its cut-out.
/// <code>
///  1 what was sent        signature, header: format, width × height, orientation
///  2 admission            megapixels in flight; a bounded queue
///  3 decode               upright, 8-bit RGB(A); no larger than needed
///  4 segment              sRGB copy at the model's size → ONNX session → matte
///  5 tier downscale       to the output's size
///  6 refine               matte to the output's size, times the picture's own alpha; foreground colours at the edge
///  7 compose              box, crop, scale, position, background
///  8 encode
/// </code>
/// Expected refusals are <see cref="Failure"/>s. Nothing outlives the call but the result: every buffer goes back to the pool on every path.
/// </summary>
internal sealed partial class RemovalPipeline(
    BufferPool pool,
    Decoder decoder,
    Resizer resizer,
    Rendering rendering,
    SharedModel model,
    AdmissionGate gate,
    IOptions<IntakeOptions> intake,
    ILogger<RemovalPipeline> log)
{
    /// <summary>Memory that a pixel in flight takes.</summary>
    private const int BytesPerPixel = 16;

    /// <summary>A matte of every picture's own size: JPG is the format without a cap below that of the sizes.</summary>
    private static readonly RemovalOptions OwnSize = new() { Size = SizeTier.FiftyMegapixels, Format = OutputFormat.Jpg, Channels = OutputChannels.Alpha };

    /// <summary>Runs a job.</summary>
    /// <param name="job">What was sent; its bytes must last until the task ends.</param>
    /// <param name="cancellation">Frees the place in the queue, or stops decoding, inference and encoding.</param>
    public Task<Outcome<RemovalResult>> RunAsync(RemovalJob job, CancellationToken cancellation) =>
        RunAsync(job, (picture, matte, metadata, stages) => Finish(picture, matte, metadata, job.Options, stages, cancellation), cancellation);

    /// <summary>
    /// Runs a job as far as its matte: steps 1 to 6, at the picture's own size up to 50 megapixels. Where no subject was found the matte says so by itself;
    /// that is no refusal here.
    /// </summary>
    /// <param name="file">The picture's bytes; they stay the caller's and must last until the task ends.</param>
    /// <param name="cancellation">Frees the place in the queue, or stops decoding and inference.</param>
    /// <returns>One band, upright, which is the caller's to dispose; or a refusal.</returns>
    public Task<Outcome<Raster>> MatteAsync(PixelBuffer file, CancellationToken cancellation) =>
        RunAsync(new RemovalJob(file, OwnSize), (_, matte, _, _) => Copy(matte), cancellation);

    /// <summary>Steps 1 to 6.</summary>
    /// <param name="job">As for the others.</param>
    /// <param name="finish">What comes after; the rasters it is given end with it.</param>
    /// <param name="cancellation">As for the others.</param>
    private async Task<Outcome<T>> RunAsync<T>(
        RemovalJob job, Func<Raster, Raster, PictureMetadata, StageTimes, Outcome<T>> finish, CancellationToken cancellation)
        where T : notnull
    {
        var (file, options) = (job.Picture, job.Options);

        // 1 what was sent
        if (!PictureHeader.Read(file.Bytes, intake.Value).Succeeded(out var header, out var failure))
        {
            return failure;
        }

        var (width, height) = header.Upright;
        var output = OutputSize.Of(width, height, options);

        // 2 admission
        var stages = new StageTimes();
        using var admitted = await gate.EnterAsync(Weight(width * (long)height, file.Length, options), cancellation);
        if (!admitted.IsAcquired)
        {
            return new Failure(FailureCode.Overloaded, RetryAfterSeconds: admitted.RetryAfterSeconds);
        }

        var session = await model.LoadedAsync(cancellation);
        stages.Lap("queue");

        // 3 decode
        if (!Decode(header, file, output, session.Manifest.Input, cancellation).Succeeded(out var decoded, out failure))
        {
            return failure;
        }

        using var source = decoded;
        if (!AgreesWith(source.Pixels, width, height))
        {
            LogUnreadable("its header and its decoder disagree about its size");
            return new Failure(FailureCode.FailedToReadImage, "The picture's header doesn't fit its contents.");
        }

        stages.Lap("decode");

        // 4 segment
        using var tensor = PictureTensor.Create(pool, session.Manifest.Input, source.Pixels, source.Metadata, cancellation);
        using var coarse = await session.RunAsync(tensor.Values, cancellation);
        tensor.Dispose();
        stages.Lap("infer");

        // 5 tier downscale
        using var picture = ToOutputSize(source.Pixels, output, cancellation);
        stages.Lap("resize");

        // 6 refine
        using var matte = new Raster(pool, output.Width, output.Height, 1);
        var (scaleX, scaleY) = ((double)coarse.Width / session.Manifest.Input.Width, (double)coarse.Height / session.Manifest.Input.Height);
        var content = tensor.Content;
        coarse.ResampleTo(content.Left * scaleX, content.Top * scaleY, content.Width * scaleX, content.Height * scaleY, matte);
        coarse.Dispose();
        if (picture.Bands == 4)
        {
            Compositor.MultiplyByAlpha(matte, picture);
        }

        return finish(picture, matte, source.Metadata, stages);
    }

    private Outcome<RemovalResult> Finish(
        Raster picture, Raster matte, PictureMetadata metadata, RemovalOptions options, StageTimes stages, CancellationToken cancellation)
    {
        if (SubjectBox.Find(matte) is not { } subject)
        {
            return new Failure(FailureCode.UnknownForeground);
        }

        // A ZIP always holds the colours too.
        using var edge = options is { Channels: OutputChannels.Alpha, Format: not OutputFormat.Zip } ? null : ForegroundEstimation.Estimate(pool, picture, matte);
        stages.Lap("refine");

        // 7 compose, 8 encode
        return rendering.Render(new Matted(picture, matte, subject, edge, metadata), options, stages, cancellation);
    }

    private Outcome<Raster> Copy(Raster matte)
    {
        var copy = new Raster(pool, matte.Width, matte.Height, 1);
        matte.Samples.CopyTo(copy.Samples);
        return copy;
    }

    /// <summary>
    /// What a job counts for at the gate, in pixels. libwebp keeps a converted copy of the whole picture and its output, measured at twice the memory of the other
    /// formats; and the file itself is held to the end, so one with more than 16 bytes a pixel counts by its bytes.
    /// </summary>
    private static long Weight(long pixels, long bytes, RemovalOptions options) =>
        Math.Max(options.Format == OutputFormat.WebP ? 2 * pixels : pixels, bytes / BytesPerPixel);

    /// <summary>libvips reads sizes and orientation by itself: a picture that it takes for another one than our header reader did would come out distorted.</summary>
    private static bool AgreesWith(Raster decoded, int width, int height)
    {
        // Decoded at ½, ¼ or ⅛ a side is rounded.
        var shrink = (int)Math.Round((double)Math.Max(width, height) / Math.Max(decoded.Width, decoded.Height));
        return Math.Abs((decoded.Width * shrink) - width) <= shrink && Math.Abs((decoded.Height * shrink) - height) <= shrink;
    }

    private Outcome<DecodedPicture> Decode(PictureHeader header, PixelBuffer file, OutputSize output, ModelInput input, CancellationToken cancellation)
    {
        var (width, height) = header.Upright;
        var enough = (Math.Min(width, Math.Max(output.Width, input.Width)), Math.Min(height, Math.Max(output.Height, input.Height)));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(intake.Value.DecodeSeconds));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return decoder.Decode(header.Format, file.Bytes, enough, either.Token);
        }
        catch (VipsException exception)
        {
            LogUnreadable(exception.Message);
            return new Failure(FailureCode.FailedToReadImage, "The picture is corrupt or cut short.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            LogUnreadable("decoding passed its deadline");
            return new Failure(FailureCode.FailedToReadImage, "The picture takes too long to decode.");
        }
    }

    /// <summary>The decoded picture itself where it has the output's size already; else a smaller one, and the decoded one goes back to the pool.</summary>
    private Raster ToOutputSize(Raster decoded, OutputSize output, CancellationToken cancellation)
    {
        if (decoded.Width == output.Width && decoded.Height == output.Height)
        {
            return decoded;
        }

        using (decoded)
        {
            return resizer.Resize(decoded, output.Width, output.Height, "lanczos3", cancellation);
        }
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "A picture could not be decoded: {Reason}")]
    private partial void LogUnreadable(string reason);
}
