using ClearBg.Benchmarks;

// dotnet run -c Release --project tests/ClearBg.Benchmarks [pipeline] [memory] [peer]
string[] wanted = args.Length > 0 ? args : ["pipeline", "memory", "peer"];
using var pictures = new Pictures();
Console.WriteLine($"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}, .NET {Environment.Version}");
foreach (var name in wanted)
{
    Console.WriteLine();
    switch (name)
    {
        case "pipeline":
            await PipelineBenchmark.RunAsync(pictures);
            break;
        case "memory":
            await MemoryBenchmark.RunAsync(pictures);
            break;
        case "peer":
            await PeerBenchmark.RunAsync(pictures);
            break;
        default:
            Console.Error.WriteLine($"'{name}' is no benchmark: pipeline, memory, peer.");
            return 2;
    }
}

return 0;
