using ClearBg.Benchmarks;

// dotnet run -c Release --project tests/ClearBg.Benchmarks [pipeline] [clients] [memory] [peer] [refinement]
string[] wanted = args.Length > 0 ? args : ["pipeline", "clients", "memory", "peer", "refinement"];
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
        case "clients":
            await ClientsBenchmark.RunAsync(pictures);
            break;
        case "memory":
            await MemoryBenchmark.RunAsync(pictures);
            break;
        case "peer":
            await PeerBenchmark.RunAsync(pictures);
            break;
        case "refinement":
            await RefinementBenchmark.RunAsync(pictures);
            break;
        default:
            Console.Error.WriteLine($"'{name}' is no benchmark: pipeline, clients, memory, peer, refinement.");
            return 2;
    }
}

return 0;
