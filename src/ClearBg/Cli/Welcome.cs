using ClearBg.Segmentation;

namespace ClearBg.Cli;

/// <summary>What a person at the terminal reads when the gateway starts: what it is preparing, the first key, and one command that works.</summary>
/// <param name="output">Standard output. The key appears here and nowhere else.</param>
internal sealed class Welcome(TextWriter output) : IProgress<PreparationProgress>
{
    public void Report(PreparationProgress value) => output.WriteLine(value.Detail);

    /// <summary>Says that the gateway works, and how to try it.</summary>
    /// <param name="urls">Where it listens.</param>
    /// <param name="model">What is loaded, as <see cref="SharedModel.Description"/> says it.</param>
    /// <param name="firstKey">The key made at this start, or null when there were accounts already.</param>
    public void Ready(ICollection<string> urls, string model, string? firstKey)
    {
        var url = Reachable(urls.FirstOrDefault() ?? "http://localhost:8080");
        var picture = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(AppContext.BaseDirectory, "samples", "chelsea.png"));
        if (firstKey is not null)
        {
            output.WriteLine();
            output.WriteLine("This installation had no account: \"default\" was made, with one API key. It is shown this once, only its hash is kept:");
            output.WriteLine($"  {firstKey}");
        }

        output.WriteLine();
        output.WriteLine($"Model: {model}.");
        output.WriteLine($"ClearBg is ready on {url}. Try:");
        output.WriteLine($"  curl -H \"X-Api-Key: {firstKey ?? "$CLEARBG_KEY"}\" -F \"image_file=@{picture}\" -o cut-out.png {url}/v1.0/removebg");
        if (firstKey is null)
        {
            output.WriteLine("  with CLEARBG_KEY set to one of your keys (a new one: ClearBg keys create).");
        }

        output.WriteLine();
    }

    /// <summary>Addresses that stand for every interface can be listened on, but not all of them can be called.</summary>
    private static string Reachable(string url) =>
        url.Replace("//[::]", "//localhost", StringComparison.Ordinal).Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal)
            .Replace("//+", "//localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal);
}
