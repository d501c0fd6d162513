using System.CommandLine;
using System.Security.Cryptography;
using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Intake;
using ClearBg.Jobs;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary>
/// <c>models calibrate PATH…</c>: measures what a model's 8-bit file is made with on pictures like those that it will get, in two rounds: how far each channel
/// reaches, and the ranges of the activations once the channels are scaled by that. A few dozen pictures do; each takes about 4 s, and all of it 3 GB of memory with ISNet.
/// </summary>
internal sealed class ModelCalibration(ModelCatalog catalog, ModelPreparation preparation, Decoder decoder, BufferPool pool, IOptions<IntakeOptions> intake, IOptions<SegmentationOptions> segmentation)
{
    public static Command Create(VerbHost host)
    {
        var paths = new Argument<string[]>("path") { Description = "Pictures, folders of pictures, and globs.", Arity = ArgumentArity.OneOrMore };
        var name = new Option<string?>("--model") { Description = "As listed; the configured model when left out.", HelpName = "NAME" };
        var output = new Option<string>("--output", "-o")
        {
            // No default: the manifest that was read lies beside the program, and the next build puts the source's copy over what would be written there.
            Description = "The file to write: the one beside the manifest in the source.", HelpName = "FILE", Required = true,
        };
        var verb = new Command("calibrate", "Measures a model's activation ranges for 8 bits on pictures, and prints what belongs into its manifest.") { paths, name, output };
        verb.SetAction((line, cancellation) => host.RunAsync(
            line,
            static services => services.AddRemoval().AddSingleton<ModelCalibration>(),
            services => services.GetRequiredService<ModelCalibration>().RunAsync(
                line.GetRequiredValue(paths), line.GetValue(name), line.GetRequiredValue(output), line.InvocationConfiguration.Output, line.InvocationConfiguration.Error, cancellation)));
        return verb;
    }

    private async Task<int> RunAsync(string[] paths, string? name, string target, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var manifest = catalog.Find(name ?? segmentation.Value.Model);
        if (segmentation.Value.HasOwnWeightsFor(manifest.Name))
        {
            await error.WriteLineAsync("Segmentation:Weights is set, and the ranges for 8 bits belong to the published weights. Leave it out to measure on those.");
            return CommandLine.Misused;
        }

        // Before minutes of measuring, not after them.
        if (!await TryAsync(target, error, () => { OutputFile.Try(target); return Task.CompletedTask; }))
        {
            return CommandLine.Failed;
        }

        var weights = preparation.Prepare(manifest, cancel: cancellation);
        var (found, measured) = (0, new List<string>());
        SortedDictionary<string, int[]> scales;
        using (var reach = new ChannelReach(manifest, weights, segmentation.Value.Threads))
        {
            foreach (var picture in PictureSearch.Find(paths, recursive: false))
            {
                found++;
                if ((picture.Refusal ?? await MeasureAsync(picture.Path, manifest.Input, reach.Add, cancellation)) is { } refusal)
                {
                    await error.WriteLineAsync(Api.Quotation.Printable($"{picture.Path}: {refusal}"));
                    continue;
                }

                measured.Add(picture.Path);
            }

            if (measured.Count == 0)
            {
                await error.WriteLineAsync("No picture could be measured, so nothing was written.");
                return CommandLine.Failed;
            }

            scales = reach.Scales();
        }

        using var calibration = new Calibration(manifest, weights, segmentation.Value.Threads, scales);
        foreach (var path in measured)
        {
            if (await MeasureAsync(path, manifest.Input, calibration.Add, cancellation) is { } refusal)
            {
                await error.WriteLineAsync(Api.Quotation.Printable($"{path}: {refusal} It could be read a minute ago, so nothing was written: measure again."));
                return CommandLine.Failed;
            }
        }

        var ranges = calibration.Ranges();
        var file = Convert(weights, ranges);
        var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(ranges.ToJson() + "\n"));
        if (!await TryAsync(target, error, () => OutputFile.WriteAsync(target, content, replace: true, cancellation)))
        {
            return CommandLine.Failed;
        }

        await error.WriteLineAsync($"Ranges measured on {measured.Count} pictures are in {target}.");
        await output.WriteLineAsync($"\"bytes\": {file.Bytes},\n\"sha256\": \"{file.Sha256}\",");
        return measured.Count == found ? 0 : CommandLine.Failed;
    }

    private static async Task<bool> TryAsync(string target, TextWriter error, Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(Api.Quotation.Printable($"{target} cannot be written: {e.Message}"));
            return false;
        }
    }

    private async Task<string?> MeasureAsync(string path, ModelInput input, Action<PictureTensor> measure, CancellationToken cancellation)
    {
        try
        {
            if (!(await PictureReading.ReadAsync(path, pool, intake.Value, cancellation)).Succeeded(out var file, out var failure))
            {
                return failure.Detail ?? failure.Code.ToString();
            }

            using (file)
            {
                if (!PictureHeader.Read(file.Bytes, intake.Value).Succeeded(out var header, out failure))
                {
                    return failure.Detail ?? failure.Code.ToString();
                }

                using var decoded = decoder.Decode(header.Format, file.Bytes, (Math.Min(header.Upright.Width, input.Width), Math.Min(header.Upright.Height, input.Height)), cancellation);
                using var tensor = PictureTensor.Create(pool, input, decoded.Pixels, decoded.Metadata, cancellation);
                measure(tensor);
                return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or VipsException)
        {
            return e.Message;
        }
    }

    private static FileContent Convert(string weights, ActivationRanges ranges)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(weights));
        Int8Conversion.Apply(model, ranges);
        var bytes = model.ToByteArray();
        return new(bytes.Length, System.Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
