using ClearBg.Admission;
using ClearBg.Cli;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Cli;

public class BatchServicesTests
{
    /// <summary>A batch's second picture was refused as "overloaded" when the first one took longer than a server's queue allows.</summary>
    [Fact]
    public async Task A_batch_waits_for_itself_whatever_a_server_would_allow()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Admission:Megapixels"] = "7", ["Admission:QueuedMegapixels"] = "0", ["Admission:WaitSeconds"] = "1",
        };
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddBatchRemoval()
            .BuildServiceProvider();

        var admission = services.GetRequiredService<IOptions<AdmissionOptions>>().Value;

        Assert.Equal(7, admission.Megapixels);
        Assert.InRange(TimeSpan.FromSeconds(admission.WaitSeconds), TimeSpan.FromDays(7), TimeSpan.MaxValue);
        var gate = services.GetRequiredService<AdmissionGate>();
        using var inside = await gate.EnterAsync(50_000_000, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var waiting = gate.EnterAsync(50_000_000, stop.Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
