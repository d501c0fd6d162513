using System.CommandLine;
using ClearBg.Api;

namespace ClearBg.Cli;

/// <summary><c>health</c>: asks a running gateway whether it is ready. For images without curl, and for scripts.</summary>
internal static class HealthCommand
{
    /// <summary>An orchestrator's next try comes soon enough; a gateway that needs longer for one word isn't well.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The gateway's reasons are a word. Whatever else listens there may answer anything: bytes read, and characters shown.</summary>
    private const int LongestAnswer = 64 * 1024;
    private const int LongestReason = 200;

    /// <summary>The verb. Exit code 0 when <c>GET /health/ready</c> answers 200, otherwise 1 with the reason on standard error, and 130 after Ctrl+C.</summary>
    public static Command Create()
    {
        var url = new Option<Uri>("--url")
        {
            Description = "Where the gateway listens.",
            DefaultValueFactory = _ => new Uri("http://localhost:8080"),
            CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : Refuse(result),
        };
        var verb = new Command("health", "Asks a running gateway whether it is ready; exit code 0 if so.") { url };
        verb.SetAction((line, cancellation) => RunAsync(line.GetRequiredValue(url), line.InvocationConfiguration, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(Uri gateway, InvocationConfiguration streams, CancellationToken cancellation)
    {
        // The gateway itself is meant: a proxy of the environment would answer in its place.
        using var direct = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(direct) { Timeout = Timeout, MaxResponseContentBufferSize = LongestAnswer };
        try
        {
            using var response = await client.GetAsync(new Uri(gateway, "/health/ready"), cancellation);
            if (response.StatusCode == System.Net.HttpStatusCode.OK)
            {
                await streams.Output.WriteLineAsync("ready");
                return 0;
            }

            await streams.Error.WriteLineAsync($"{gateway} is not ready: {Quotation.Printable(await response.Content.ReadAsStringAsync(cancellation), LongestReason)}");
        }
        catch (HttpRequestException exception)
        {
            await streams.Error.WriteLineAsync($"{gateway} does not answer: {exception.Message}");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return CommandLine.Interrupted;
        }
        catch (TaskCanceledException)
        {
            await streams.Error.WriteLineAsync($"{gateway} does not answer within {Timeout.TotalSeconds} s.");
        }

        return CommandLine.Failed;
    }

    private static Uri Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError("--url takes an address such as http://localhost:8080.");
        return new Uri("http://localhost:8080");
    }
}
