using ClearBg.Admission;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Refinement;
using Microsoft.Extensions.Options;

namespace ClearBg.Jobs;

/// <summary>
/// From the bytes of a picture to the bytes of its cut-out.
/// <code>
///  1 what was sent        InspectedJob: signature, header: format, width × height, orientation; of a background image too; the region of interest
///  2 admission            megapixels in flight; a bounded queue
///  3 decode               upright, 8-bit RGB(A); no larger than needed
///  4 segment              sRGB copy at the model's size → ONNX session → matte; mirrored too, with faded surroundings, for the best; once more on the region alone where the whole shows nothing there
///  5 tier downscale       to the output's size
///  6 refine               matte to the output's size, cut at the region; its edge by the picture's colours; specks and pinholes gone; times the picture's own alpha; see-through parts; foreground colours at the edge
///  7 compose              box, crop, scale, position; from bottom to top: background colour, background image, shadow, cut-out
///  8 encode
/// </code>
/// Expected refusals are <see cref="Failure"/>s. Nothing outlives the call but the result: every buffer goes back to the pool on every path.
/// </summary>
internal sealed class RemovalPipeline(
    BufferPool pool,
    BoundedDecoder decoder,
    Resizer resizer,
    Rendering rendering,
    SharedModel model,
    MatteRefinement refinement,
    AdmissionGate gate,
    IOptions<IntakeOptions> intake)
{
    /// <summary>Memory that a pixel in flight takes.</summary>
    private const int BytesPerPixel = 16;

    /// <summary>
    /// A region of which less is covered is looked at again, alone. Not always: on 28 pictures of known mattes, regions drawn a twentieth around the subject came out
    /// at an IoU of 0.90 from the whole picture, 0.84 alone and 0.83 with an eighth of surroundings.
    /// </summary>
    private const double LeastCoverage = 0.01;

    /// <summary>A matte of every picture's own size: JPG is the format without a cap below that of the sizes.</summary>
    private static readonly RemovalOptions OwnSize = new() { Size = SizeTier.FiftyMegapixels, Format = OutputFormat.Jpg, Channels = OutputChannels.Alpha };

    /// <summary>Runs a job.</summary>
    /// <param name="job">What was sent; its bytes must last until the task ends.</param>
    /// <param name="cancellation">Frees the place in the queue, or stops decoding, inference and encoding.</param>
    public async Task<Outcome<RemovalResult>> RunAsync(RemovalJob job, CancellationToken cancellation) =>
        InspectedJob.Of(job, intake.Value).Succeeded(out var inspected, out var failure) ? await RunAsync(inspected, cancellation) : failure;

    /// <summary>What decides an answer beside what was asked: the weights, and the care that the settings take.</summary>
    public string RecipeFor(RemovalOptions options) => $"{model.Weights} {refinement.LevelOf(options.Refinement)}";

    /// <summary>Runs a job whose first step was done.</summary>
    public Task<Outcome<RemovalResult>> RunAsync(InspectedJob job, CancellationToken cancellation) =>
        RunAsync(job, (picture, matte, metadata, stages) => Finish(picture, matte, metadata, job, stages, cancellation), cancellation);

    /// <summary>
    /// Runs a job as far as its matte: steps 1 to 6, at the picture's own size up to 50 megapixels. Where no subject was found the matte says so by itself;
    /// that is no refusal here.
    /// </summary>
    /// <param name="file">The picture's bytes; they stay the caller's and must last until the task ends.</param>
    /// <param name="level">The care to take; null leaves it to the settings.</param>
    /// <param name="cancellation">Frees the place in the queue, or stops decoding and inference.</param>
    /// <returns>Both, which are the caller's to dispose; or a refusal.</returns>
    public async Task<Outcome<MattedPicture>> MatteAsync(PixelBuffer file, RefinementLevel? level, CancellationToken cancellation) =>
        InspectedJob.Of(new RemovalJob(file, OwnSize with { Refinement = level }), intake.Value).Succeeded(out var inspected, out var failure)
            ? await RunAsync<MattedPicture>(inspected, (picture, matte, metadata, _) => new MattedPicture(picture.Copy(pool), matte.Copy(pool), metadata), cancellation)
            : failure;

    /// <summary>Steps 2 to 6.</summary>
    /// <param name="job">As for the others.</param>
    /// <param name="finish">What comes after; the rasters it is given end with it.</param>
    /// <param name="cancellation">As for the others.</param>
    private async Task<Outcome<T>> RunAsync<T>(
        InspectedJob job, Func<Raster, Raster, PictureMetadata, StageTimes, Outcome<T>> finish, CancellationToken cancellation)
        where T : notnull
    {
        var (region, output) = (job.Region, job.Output);

        // 2 admission
        var stages = new StageTimes(job.Job.Fetched);
        using var admitted = await gate.EnterAsync(Weight(job), cancellation);
        if (!admitted.IsAcquired)
        {
            return new Failure(FailureCode.Overloaded, RetryAfterSeconds: admitted.RetryAfterSeconds);
        }

        // On a command line it has yet to begin; until it is done there is a picture to decode.
        var loading = model.LoadedAsync(cancellation);
        stages.Lap("queue");

        // 3 decode
        if (!decoder.Decode(job.Header, job.Job.Picture, Enough(output, model.Choice.Manifest.Input, region), cancellation).Succeeded(out var decoded, out var failure))
        {
            return failure;
        }

        using var source = decoded;
        stages.Lap("decode");

        // 4 segment
        var level = refinement.LevelOf(job.Job.Options.Refinement);
        using var coarse = await SegmentAsync(await loading, source, region, level, cancellation);
        stages.Lap("infer");

        // 5 tier downscale
        using var picture = ToOutputSize(source.Pixels, output, cancellation);
        stages.Lap("resize");

        // 6 refine
        using var matte = coarse.Enlarge(pool, region, output);
        coarse.Dispose();
        refinement.Refine(picture, matte, region.Nearest(output.Width, output.Height), Math.Min(region.Part.Width, region.Part.Height), level, cancellation);
        MatteCleaning.Clean(matte);
        if (picture.Bands == 4)
        {
            Compositor.MultiplyByAlpha(matte, picture);
        }

        return finish(picture, matte, source.Metadata, stages);
    }

    /// <summary>
    /// The model sees the whole picture, for it knows a subject by its surroundings. Only where that shows next to nothing in the region, because something else
    /// in the picture stood out more, it sees the region alone.
    /// </summary>
    private async Task<CoarseMatte> SegmentAsync(
        SegmentationSession session, DecodedPicture source, RegionOfInterest region, RefinementLevel level, CancellationToken cancellation)
    {
        var pixels = source.Pixels;
        var first = await SegmentAsync(session, source, new Box(0, 0, pixels.Width, pixels.Height), level, cancellation);
        if (region.IsWhole || first.CoverageOf(region) >= LeastCoverage)
        {
            return first;
        }

        first.Dispose();
        return await SegmentAsync(session, source, region.Covering(pixels.Width, pixels.Height), level, cancellation);
    }

    private async Task<CoarseMatte> SegmentAsync(
        SegmentationSession session, DecodedPicture source, Box seen, RefinementLevel level, CancellationToken cancellation)
    {
        var (pixels, input) = (source.Pixels, session.Manifest.Input);
        using var tensor = PictureTensor.Create(pool, input, pixels, seen, source.Metadata, cancellation);
        var matte = await session.RunAsync(tensor.Values, cancellation);
        try
        {
            if (level == RefinementLevel.Best)
            {
                Surroundings.Fade(pool, input, tensor, matte);
                tensor.Mirror(input);
                using var mirrored = await session.RunAsync(tensor.Values, cancellation);
                matte.JoinMirrored(mirrored);
            }

            // Content that isn't in the middle is mirrored to another place; letterboxing puts it there, to half a pixel.
            return new CoarseMatte(matte, input, tensor.Content, seen, (pixels.Width, pixels.Height));
        }
        catch
        {
            matte.Dispose();
            throw;
        }
    }

    private Outcome<RemovalResult> Finish(
        Raster picture, Raster matte, PictureMetadata metadata, InspectedJob job, StageTimes stages, CancellationToken cancellation)
    {
        var options = job.Job.Options;
        if (SubjectBox.Find(matte) is not { } subject)
        {
            return new Failure(FailureCode.UnknownForeground);
        }

        if (!options.Semitransparency)
        {
            SolidInterior.Fill(matte, subject);
        }

        // A ZIP always holds the colours too.
        using var edge = options is { Channels: OutputChannels.Alpha, Format: not OutputFormat.Zip } ? null : ForegroundEstimation.Estimate(pool, picture, matte);
        stages.Lap("refine");

        // 7 compose, 8 encode
        return rendering.Render(new Matted(picture, matte, subject, edge, metadata), options, job.Background, stages, cancellation);
    }

    /// <summary>
    /// What a job counts for at the gate, in pixels; a background image counts with its own. libwebp keeps a converted copy of the whole picture and its output, measured
    /// at twice the memory of the other formats; and the files themselves are held to the end, so those with more than 16 bytes a pixel count by their bytes.
    /// </summary>
    private static long Weight(InspectedJob job) => Math.Max(
        (job.Job.Options.Format == OutputFormat.WebP ? 2 * job.Pixels : job.Pixels) + (job.Background?.Pixels ?? 0),
        (job.Job.Picture.Length + (job.Background?.File.Length ?? 0)) / BytesPerPixel);

    /// <summary>What decoding must leave: the output's pixels, and in the region those that the model takes.</summary>
    private static (int Width, int Height) Enough(OutputSize output, ModelInput input, RegionOfInterest region) => (
        Math.Max(output.Width, (int)Math.Ceiling((double)input.Width * region.Width / region.Part.Width)),
        Math.Max(output.Height, (int)Math.Ceiling((double)input.Height * region.Height / region.Part.Height)));

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
}
