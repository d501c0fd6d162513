using System.Diagnostics;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Refinement;
using Microsoft.Extensions.Options;

namespace ClearBg.Benchmarks;

/// <summary>Time and memory that refining a matte takes, against one inference in 8 bits in the same turn: medians of the turns, and the median of their ratios.</summary>
internal static class RefinementBenchmark
{
    private const int Turns = 7;

    // ONNX Runtime, where 8 bits are exact there.
    private static readonly EngineSetting Engine = PrecisionChoice.ExactInt8 is null ? EngineSetting.Auto : EngineSetting.OnnxRuntime;

    public static async Task RunAsync(Pictures pictures)
    {
        var options = Options.Create(new SegmentationOptions { Precision = ModelPrecision.Int8 });
        var manifest = new ModelCatalog(options).ForThisMachine(options.Value.Model).Manifest;
        using var pool = new BufferPool(1L << 30);
        using var session = new SegmentationSession(pool, manifest, new ModelPreparation(options).Prepare(manifest), threads: 0, engine: Engine);
        await session.WarmAsync(CancellationToken.None);
        Console.WriteLine($"Refinement against inference in 8 bits {session.Engine}, {Turns} turns each.");
        Console.WriteLine($"{"picture",-16}{"level",-8}{"infer ms",10}{"refine ms",11}{"ratio",8}{"MB",8}");
        foreach (var (width, height) in ((int, int)[])[(1250, 800), (4000, 3000), (8660, 5773)])
        {
            var file = await File.ReadAllBytesAsync(pictures.Jpeg(width, height));
            using var picture = new Decoder(pool).Decode(PictureFormat.Jpeg, file, (width, height), CancellationToken.None);
            using var tensor = PictureTensor.Create(pool, manifest.Input, picture.Pixels, picture.Metadata, CancellationToken.None);
            foreach (var level in (RefinementLevel[])[RefinementLevel.Fast, RefinementLevel.Fine])
            {
                await RunAsync(session, tensor, picture.Pixels, level);
            }
        }
    }

    private static async Task RunAsync(SegmentationSession session, PictureTensor tensor, Raster picture, RefinementLevel level)
    {
        var (infer, refine, memory) = (new double[Turns], new double[Turns], 0L);
        for (var turn = -1; turn < Turns; turn++)
        {
            var start = Stopwatch.GetTimestamp();
            using var coarse = await session.RunAsync(tensor.Values, CancellationToken.None);
            var inferred = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

            // A pool that keeps everything shows by what it kept how much was out at a time, at most.
            using var pool = new BufferPool(1L << 30);
            using var matte = new Raster(pool, picture.Width, picture.Height, 1);
            coarse.ResampleTo(0, 0, coarse.Width, coarse.Height, matte);
            var refinement = new MatteRefinement(pool, new Resizer(pool), Options.Create(new SegmentationOptions()));
            start = Stopwatch.GetTimestamp();
            refinement.Refine(picture, matte, new Box(0, 0, picture.Width, picture.Height), Math.Min(picture.Width, picture.Height), level, CancellationToken.None);
            if (turn >= 0)
            {
                (infer[turn], refine[turn], memory) = (inferred, Stopwatch.GetElapsedTime(start).TotalMilliseconds, pool.Kept);
            }
        }

        var ratio = Median([.. infer.Zip(refine, static (one, other) => other / one)]);
        Console.WriteLine($"{picture.Width + " × " + picture.Height,-16}{level,-8}{Median(infer),10:0}{Median(refine),11:0.0}{ratio,8:0.000}{memory / 1e6,8:0.0}");
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
