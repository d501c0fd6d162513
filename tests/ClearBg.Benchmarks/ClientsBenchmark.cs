using System.Diagnostics;
using System.Globalization;

namespace ClearBg.Benchmarks;

/// <summary>
/// Several clients that each send one 1-megapixel picture after another: pictures a second and how long each one takes, with one inference on all cores (the default)
/// and with as many inferences at once as there are cores, each on one of them.
/// </summary>
internal static class ClientsBenchmark
{
    private const int Pictures = 24;

    public static async Task RunAsync(Pictures pictures)
    {
        var file = pictures.Jpeg(1250, 800);
        var cores = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine($"{Pictures} pictures of 1 MP by 1 to 8 clients at once.");
        Console.WriteLine($"{"setting",-44}{"clients",8}{"a second",10}{"p50 s",8}{"worst s",8}{"MB at most",12}{"MB after",10}");
        foreach (string[] settings in (string[][])[[], [$"--Segmentation:Concurrency={cores}", "--Segmentation:Threads=1"]])
        {
            foreach (var clients in (int[])[1, 2, 4, 8])
            {
                await using var gateway = await Gateway.StartAsync(settings);
                await gateway.RemoveAsync(file);
                var (watch, seconds) = (Stopwatch.StartNew(), new List<double>());
                await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
                {
                    for (var i = 0; i < Pictures / clients; i++)
                    {
                        var (each, _) = await gateway.RemoveAsync(file);
                        lock (seconds)
                        {
                            seconds.Add(each);
                        }
                    }
                }));
                var total = watch.Elapsed.TotalSeconds;
                seconds.Sort();
                var memory = gateway.Memory();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(settings.Length == 0 ? "(as shipped)" : string.Join(' ', settings)),-44}{clients,8}{seconds.Count / total,10:0.00}{seconds[seconds.Count / 2],8:0.00}{seconds[^1],8:0.00}{memory.Peak / 1e6,12:0}{memory.Now / 1e6,10:0}"));
            }
        }
    }
}
