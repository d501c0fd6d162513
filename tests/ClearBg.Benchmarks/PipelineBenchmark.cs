using System.Diagnostics;
using ClearBg.Segmentation;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace ClearBg.Benchmarks;

/// <summary>
/// What the pipeline adds: one removal over HTTP (JPEG in, PNG out, size=auto) against a bare <see cref="InferenceSession"/> of the same file with ONNX Runtime's
/// own defaults. The two take turns, so that a slow minute of the machine hits both; the ratio is the median of the turns' ratios.
/// </summary>
internal static class PipelineBenchmark
{
    private const int Turns = 7;

    public static async Task RunAsync(Pictures pictures)
    {
        await RunAsync(pictures, ModelPrecision.Auto, [(625, 400), (1250, 800), (2500, 1600), (4000, 3000), (8660, 5773)]);
        await RunAsync(pictures, ModelPrecision.Auto, [(1250, 800), (4000, 3000)], engine: EngineSetting.OnnxRuntime);
        await RunAsync(pictures, ModelPrecision.Float32, [(1250, 800), (4000, 3000)]);
    }

    private static async Task RunAsync(Pictures pictures, ModelPrecision precision, (int Width, int Height)[] sizes, EngineSetting engine = EngineSetting.Auto)
    {
        await using var gateway = await Gateway.StartAsync($"--Segmentation:Precision={precision}", $"--Segmentation:Engine={engine}");
        using var bare = new BareInference(precision, engine);
        Console.WriteLine($"End to end against bare inference, precision {precision}{(engine == EngineSetting.Auto ? "" : $", engine {engine}")}, {Turns} turns each. The gateway was ready {gateway.ReadySeconds:0.0} s after its start.");
        Console.WriteLine($"{"picture",-20}{"bare s",10}{"HTTP s",10}{"ratio",10}   stages of the median turn, ms");
        foreach (var (width, height) in sizes)
        {
            var path = pictures.Jpeg(width, height);
            await gateway.RemoveAsync(path);
            bare.Run();
            var turns = new List<(double Bare, double Http, string Stages)>();
            for (var turn = 0; turn < Turns; turn++)
            {
                var alone = bare.Run();
                var (seconds, stages) = await gateway.RemoveAsync(path);
                turns.Add((alone, seconds, stages));
            }

            var median = turns.OrderBy(static turn => turn.Http / turn.Bare).ElementAt(Turns / 2);
            Console.WriteLine($"{width + " × " + height,-20}{Median(turns.Select(static turn => turn.Bare)),10:0.00}{Median(turns.Select(static turn => turn.Http)),10:0.00}" +
                $"{median.Http / median.Bare,10:0.00}   {median.Stages.Replace(";dur=", " ", StringComparison.Ordinal)}");
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Turns / 2);

    private sealed class BareInference : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly OrtValue _input;
        private readonly RunOptions _run = new();
        private readonly ModelManifest _manifest;

        public BareInference(ModelPrecision precision, EngineSetting engine)
        {
            var options = Options.Create(new SegmentationOptions { Precision = precision, Engine = engine });
            _manifest = new ModelCatalog(options).ForThisMachine(options.Value.Model).Manifest;
            _session = new InferenceSession(new ModelPreparation(options).Prepare(_manifest));
            var (width, height) = (_manifest.Input.Width, _manifest.Input.Height);
            _input = OrtValue.CreateTensorValueFromMemory(new float[3 * width * height], [1, 3, height, width]);
        }

        /// <summary>Seconds of one inference.</summary>
        public double Run()
        {
            var watch = Stopwatch.StartNew();
            using var outputs = _session.Run(_run, [_manifest.Input.Name], [_input], [_manifest.Output.Name]);
            return watch.Elapsed.TotalSeconds;
        }

        public void Dispose()
        {
            _input.Dispose();
            _run.Dispose();
            _session.Dispose();
        }
    }
}
