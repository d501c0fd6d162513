using System.Net;

namespace ClearBg.SystemTests;

/// <summary>How a gateway ends.</summary>
public sealed class StopTests : IDisposable
{
    /// <summary>Processor time after which the pictures have long come in; one inference takes several times that.</summary>
    private static readonly TimeSpan UnderWay = TimeSpan.FromMilliseconds(500);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finishes_the_removals_under_way_before_it_ends()
    {
        // More than two cores do in the two seconds after which the command-line library once ended the process.
        const int Removals = 3;
        await using var gateway = await Gateway.StartAsync(_folder.Path, ("Segmentation__Threads", "1"));
        var idle = gateway.ProcessorTime;
        var running = Enumerable.Range(0, Removals).Select(_ => gateway.RemoveAsync(Pictures.Rocket, gateway.Key!, "auto")).ToArray();
        await gateway.UntilAsync(() => Task.FromResult(gateway.ProcessorTime - idle > UnderWay));

        gateway.Terminate();

        foreach (var removal in running)
        {
            using var answer = await removal;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Pictures.AssertIsPng(await answer.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(0, await gateway.EndAsync());
    }
}
