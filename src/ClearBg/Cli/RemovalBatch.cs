using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary>Runs planned pictures through the pipeline and writes what comes of them. One that fails is reported and doesn't stop the others.</summary>
internal sealed class RemovalBatch(RemovalPipeline pipeline, BufferPool pool, IOptions<IntakeOptions> intake, VerbHost host)
{
    /// <summary>Inferences follow one another anyway; the second picture is read, decoded or written meanwhile.</summary>
    private const int InFlight = 2;

    /// <summary>Works on all pictures and reports each as soon as it is done.</summary>
    /// <exception cref="Segmentation.ModelException">The model cannot be used, so no picture can be done.</exception>
    /// <exception cref="OperationCanceledException">Cancelled. What was in flight left nothing behind.</exception>
    public Task RunAsync(IReadOnlyList<PlannedPicture> pictures, RemovalOptions options, Action<PictureOutcome> report, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            pictures,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
            async (picture, stop) => report(await RunAsync(picture, options, stop)));

    private async Task<PictureOutcome> RunAsync(PlannedPicture picture, RemovalOptions options, CancellationToken cancellation)
    {
        if (!picture.Replaces && picture.Outputs.FirstOrDefault(File.Exists) is { } existing)
        {
            return PictureOutcome.Skipped(picture.Input, $"skipped, {existing} is there already; --overwrite makes it anew");
        }

        try
        {
            if (!(await ReadAsync(picture.Input, cancellation)).Succeeded(out var file, out var failure))
            {
                return PictureOutcome.Failed(picture.Input, failure);
            }

            using (file)
            {
                if (!(await pipeline.RunAsync(new RemovalJob(file, options), cancellation)).Succeeded(out var result, out failure))
                {
                    return PictureOutcome.Failed(picture.Input, failure);
                }

                using (result)
                {
                    return PictureOutcome.Done(picture.Input, await WriteAsync(picture, result, cancellation), result);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException && VerbHost.Breakage(e) is null)
        {
            return PictureOutcome.Failed(picture.Input, e.Message);
        }
    }

    private async Task<Outcome<PixelBuffer>> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!string.Equals(path, FoundPicture.Standard, StringComparison.Ordinal))
        {
            return await PictureReading.ReadAsync(path, pool, intake.Value, cancellation);
        }

        await using var input = host.Streams.Input();
        return await PictureReading.ReadAsync(input, pool, intake.Value, cancellation);
    }

    private async Task<string> WriteAsync(PlannedPicture picture, RemovalResult result, CancellationToken cancellation)
    {
        if (picture.PathFor(result.Extension) is { } path)
        {
            await OutputFile.WriteAsync(path, result.Content, picture.Replaces, cancellation);
            return path;
        }

        await using var output = host.Streams.Output();
        await result.Content.CopyToAsync(output, cancellation);
        return FoundPicture.Standard;
    }
}
