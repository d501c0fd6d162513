using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace ClearBg.SystemTests.Fuzz;

/// <summary>
/// Tens of thousands of odd requests over kept connections: every one is answered, none with an error of ours, and memory stays. Another seed each time; the
/// one that is printed, in <c>CLEARBG_FUZZ_SEED</c>, sends the same again.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output) : IDisposable
{
    private const int Connections = 8;
    private const int WarmUp = 500;
    private const int Requests = 2_000;

    /// <summary>What resident memory may grow by after the warm-up: the runtime's heap breathes by as much, 16,000 answers that were kept would be more.</summary>
    private const long MostGrowth = 48 * 1024;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Twenty_thousand_odd_requests_get_answers_and_leave_no_memory_behind()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CLEARBG_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"CLEARBG_FUZZ_SEED={seed}");
        await using var gateway = await Gateway.StartAsync(
            _folder.Path, [.. TinyModel.Write(_folder), ("Api__MegapixelsPerMinute", "1000000"), ("Serilog__MinimumLevel__Default", "Error")]);
        await using var books = new Books(_folder.Path);
        var application = (await books.CreateApplicationAsync(dailyLimit: 1_000_000)).Reveal();
        var callers = Enumerable.Range(0, Connections).Select(i => new FuzzCaller(gateway.Url, new RequestGenerator(new Random(seed + i), gateway.Key!, application))).ToArray();
        var watch = Stopwatch.StartNew();

        await Task.WhenAll(callers.Select(static caller => Task.Run(() => caller.RunAsync(WarmUp))));
        var warm = gateway.ResidentKilobytes();
        await Task.WhenAll(callers.Select(static caller => Task.Run(() => caller.RunAsync(Requests))));
        var growth = gateway.ResidentKilobytes() - warm;

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Connections * (WarmUp + Requests)} requests in {watch.Elapsed.TotalSeconds:0.0} s; memory grew from {warm / 1024} by {growth / 1024} MiB."));
        output.WriteLine(string.Join(", ", callers.SelectMany(static caller => caller.Statuses).GroupBy(static status => status).OrderByDescending(static group => group.Count()).Select(static group => $"{group.Count()} × {group.Key}")));
        var faults = callers.SelectMany(static caller => caller.Faults).ToList();
        Assert.True(faults.Count == 0, $"With seed {seed}, {faults.Count} faults, the first three:\n{string.Join("\n\n", faults.Take(3))}");
        Assert.DoesNotContain(" ERR ", gateway.Printed, StringComparison.Ordinal);
        Assert.True(growth <= MostGrowth, $"With seed {seed}, memory grew from {warm} by {growth} kB.");
    }
}

/// <summary>One connection that requests follow each other on. What isn't HTTP any more gets a connection of its own, for the server may close it.</summary>
internal sealed class FuzzCaller(string url, RequestGenerator requests)
{
    /// <summary>The status of each answer, by what was asked.</summary>
    public List<string> Statuses { get; } = [];

    /// <summary>Requests that got no answer or a wrong one.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Sends so many requests.</summary>
    public async Task RunAsync(int count)
    {
        var kept = new RawConnection(url);
        try
        {
            for (; count > 0; count--)
            {
                var request = requests.Next();
                if (!request.IsHttp)
                {
                    using var own = new RawConnection(url);
                    Judge(request, await own.SendAsync(request.Bytes, isLast: true));
                }
                else if (!Judge(request, await kept.SendAsync(request.Bytes)))
                {
                    kept.Dispose();
                    kept = new RawConnection(url);
                }
            }
        }
        finally
        {
            kept.Dispose();
        }
    }

    /// <summary>Notes an answer. False when the connection is of no more use.</summary>
    private bool Judge(FuzzedRequest request, RawAnswer? answer)
    {
        Statuses.Add($"{request.Kind} {answer?.Status.ToString(CultureInfo.InvariantCulture) ?? "closed"}");
        if (answer is { Status: 500 or 502 or 503 } || (request.IsHttp && !IsWhole(answer)))
        {
            Faults.Add($"{request}\n=> {answer?.ToString() ?? "closed"}");
        }

        return answer is not null && !answer.Headers.ContainsKey("Connection");
    }

    /// <summary>A picture, or an error in the shape of its API.</summary>
    private static bool IsWhole(RawAnswer? answer)
    {
        try
        {
            if (answer is not { Status: >= 400 and < 500 })
            {
                return answer is { Status: 200 or 204 };
            }

            using var json = JsonDocument.Parse(answer.Body);
            var error = json.RootElement.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("code") : json.RootElement.GetProperty("error");
            return error.ValueKind == JsonValueKind.String;
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
