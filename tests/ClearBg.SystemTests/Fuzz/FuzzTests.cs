using System.Diagnostics;
using System.Globalization;
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
        await using var books = new OperatorsBooks(_folder.Path);
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

        // Were the keys wrong, or all pictures, refusals alone would come.
        var served = callers.SelectMany(static caller => caller.Statuses).Count(static status => status.EndsWith(" 200", StringComparison.Ordinal));
        Assert.True(served > Connections * Requests / 10, $"With seed {seed}, only {served} requests were served.");
        Assert.True(growth <= MostGrowth, $"With seed {seed}, memory grew from {warm} by {growth} kB.");
    }
}
