namespace ClearBg.Benchmarks;

/// <summary>Memory of the whole gateway process: peak for one job in a fresh process, and what it holds in the course of many mixed ones.</summary>
internal static class MemoryBenchmark
{
    private const int Jobs = 200;
    private const int Step = 25;

    public static async Task RunAsync(Pictures pictures)
    {
        Console.WriteLine("Memory of the gateway process, MB.");
        foreach (var (width, height) in ((int, int)[])[(1250, 800), (4000, 3000), (8660, 5773)])
        {
            foreach (var format in (string[])["png", "zip"])
            {
                await using var fresh = await Gateway.StartAsync();
                var warm = fresh.Memory().Now;
                await fresh.RemoveAsync(pictures.Jpeg(width, height), ("format", format));
                Console.WriteLine($"  one {width} × {height} as {format}: {Megabytes(warm)} warm, {Megabytes(fresh.Memory().Peak)} at most, {Megabytes(fresh.Memory().Now)} after");
            }
        }

        (int Width, int Height)[] sizes = [(500, 400), (1250, 800), (2000, 1500), (4000, 3000), (300, 900)];
        string[] formats = ["png", "jpg", "webp", "zip"];
        await using var gateway = await Gateway.StartAsync();
        Console.Write($"  {Jobs} mixed jobs (0.2 to 12 MP; PNG, JPG, WebP, ZIP), memory held after each {Step}:");
        for (var job = 0; job < Jobs; job++)
        {
            var (width, height) = sizes[job % sizes.Length];
            await gateway.RemoveAsync(pictures.Jpeg(width, height), ("format", formats[job / sizes.Length % formats.Length]), ("size", job % 3 == 0 ? "preview" : "auto"));
            if ((job + 1) % Step == 0)
            {
                Console.Write($" {Megabytes(gateway.Memory().Now)}");
            }
        }

        Console.WriteLine($"; at most {Megabytes(gateway.Memory().Peak)}");
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0", System.Globalization.CultureInfo.InvariantCulture);
}
