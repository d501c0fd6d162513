using System.Collections.Concurrent;
using System.Globalization;
using ClearBg.Evaluation;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using ClearBg.Segmentation.Refinement;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary>Runs pictures through the pipeline as far as their mattes and compares those. One that fails is reported and doesn't stop the others.</summary>
internal sealed class EvaluationBatch(RemovalPipeline pipeline, BufferPool pool, IOptions<IntakeOptions> intake)
{
    /// <summary>Inferences follow one another; one picture is compared while the model works on the next.</summary>
    private const int InFlight = 2;

    /// <summary>Works on all pictures, reports each as soon as it is done, and gives the scores of those that were, in no order.</summary>
    /// <exception cref="Segmentation.ModelException">The model cannot be used, so no picture can be done.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<IReadOnlyCollection<PictureScore>> RunAsync(
        IReadOnlyList<EvaluatedPicture> pictures, RefinementLevel? level, ContactSheet? sheet, Action<PictureOutcome> report, CancellationToken cancellation)
    {
        var scores = new ConcurrentBag<PictureScore>();
        await Parallel.ForEachAsync(
            pictures,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
            async (picture, stop) => report(await RunAsync(picture, level, sheet, scores, stop)));
        return scores;
    }

    private async Task<PictureOutcome> RunAsync(
        EvaluatedPicture picture, RefinementLevel? level, ContactSheet? sheet, ConcurrentBag<PictureScore> scores, CancellationToken cancellation)
    {
        if (picture.Missing is { } missing)
        {
            return PictureOutcome.Failed(picture.Picture, $"There is no matte {missing}.");
        }

        try
        {
            if (!(await CutOutAsync(picture.Picture, level, sheet, cancellation)).Succeeded(out var matte, out var failure))
            {
                return PictureOutcome.Failed(picture.Picture, failure);
            }

            using (matte)
            {
                if (picture.Saved is { } path)
                {
                    await SaveAsync(matte, path, cancellation);
                }

                var score = Compare(picture, matte);
                scores.Add(score);
                return PictureOutcome.Compared(picture.Picture, score.Score);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException && VerbHost.Breakage(e) is null)
        {
            return PictureOutcome.Failed(picture.Picture, e.Message);
        }
    }

    private async Task<Outcome<Raster>> CutOutAsync(string path, RefinementLevel? level, ContactSheet? sheet, CancellationToken cancellation)
    {
        if (!(await PictureReading.ReadAsync(path, pool, intake.Value, cancellation)).Succeeded(out var file, out var failure))
        {
            return failure;
        }

        using (file)
        {
            return await pipeline.MatteAsync(file, level, sheet is null ? null : (picture, matte) => sheet.Add(path, picture, matte, cancellation), cancellation);
        }
    }

    private static async Task SaveAsync(Raster matte, string path, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        Encoder.WritePng(matte, new PictureMetadata(null, 1, 1), content, cancellation);
        content.Position = 0;
        await OutputFile.WriteAsync(path, content, replace: true, cancellation);
    }

    private PictureScore Compare(EvaluatedPicture picture, Raster matte)
    {
        using var prediction = MatteSamples.From(pool, matte);
        using var truth = Read(picture.Truth, prediction);
        var score = MatteScore.Of(prediction, truth);
        return new(picture.Name, picture.Group, score, picture.Reference is { } path ? Compare(prediction, truth, path) : null);
    }

    private ReferenceScore Compare(Plane prediction, Plane truth, string path)
    {
        using var reference = Read(path, prediction);
        var its = Mask.Foreground(reference);
        return new(
            AbsoluteError.Mean(reference, truth),
            Mask.Iou(its, Mask.Foreground(truth)),
            Mask.Iou(its, Mask.Foreground(prediction)),
            AbsoluteError.Mean(reference, prediction));
    }

    /// <summary>A matte of another size is another picture's, or was scaled: resampling it here would compare something else than the files.</summary>
    private Plane Read(string path, Plane prediction)
    {
        var matte = MatteSamples.Read(pool, path);
        if ((matte.Width, matte.Height) == (prediction.Width, prediction.Height))
        {
            return matte;
        }

        using (matte)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"The matte {path} is {matte.Width} × {matte.Height} pixels, the picture's own {prediction.Width} × {prediction.Height}."));
        }
    }
}
