using System.Collections.Concurrent;
using ClearBg.Evaluation;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using ClearBg.Segmentation.Refinement;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary>Runs pictures through the pipeline as far as their mattes and compares those. One that fails is reported and doesn't stop the others.</summary>
internal sealed class EvaluationBatch(RemovalPipeline pipeline, PictureComparison comparison, BufferPool pool, IOptions<IntakeOptions> intake)
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
            pictures.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
            async (entry, stop) => report(await RunAsync(entry.Item, Followers(pictures, entry.Index), level, sheet, scores, stop)));
        return scores;
    }

    /// <summary>The others, from the next one on and round. As they were given: whether they can be cut out has no part in it.</summary>
    private static IEnumerable<string> Followers(IReadOnlyList<EvaluatedPicture> pictures, int index) =>
        Enumerable.Range(1, pictures.Count - 1).Select(step => pictures[(index + step) % pictures.Count].Picture);

    private async Task<PictureOutcome> RunAsync(
        EvaluatedPicture picture, IEnumerable<string> followers, RefinementLevel? level, ContactSheet? sheet, ConcurrentBag<PictureScore> scores, CancellationToken cancellation)
    {
        if (picture.Missing is { } missing)
        {
            return PictureOutcome.Failed(picture.Picture, $"There is no matte {missing}.");
        }

        try
        {
            if (!(await CutOutAsync(picture.Picture, level, cancellation)).Succeeded(out var matted, out var failure))
            {
                return PictureOutcome.Failed(picture.Picture, failure);
            }

            using (matted)
            {
                if (picture.Saved is { } path)
                {
                    await SaveAsync(matted.Matte, path, cancellation);
                }

                var score = await comparison.CompareAsync(picture, matted, followers, sheet, cancellation);
                scores.Add(score);
                return PictureOutcome.Compared(picture.Picture, score.Score);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException && VerbHost.Breakage(e) is null)
        {
            return PictureOutcome.Failed(picture.Picture, e.Message);
        }
    }

    private async Task<Outcome<MattedPicture>> CutOutAsync(string path, RefinementLevel? level, CancellationToken cancellation)
    {
        if (!(await PictureReading.ReadAsync(path, pool, intake.Value, cancellation)).Succeeded(out var file, out var failure))
        {
            return failure;
        }

        using (file)
        {
            return await pipeline.MatteAsync(file, level, cancellation);
        }
    }

    private static async Task SaveAsync(Raster matte, string path, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        Encoder.WritePng(matte, new PictureMetadata(null, 1, 1), content, cancellation);
        content.Position = 0;
        await OutputFile.WriteAsync(path, content, replace: true, cancellation);
    }
}
