using System.Net;

namespace ClearBg.SystemTests;

/// <summary>How a gateway ends.</summary>
public sealed class StopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finishes_the_removals_under_way_before_it_ends()
    {
        // More than two cores do in the two seconds after which the command-line library once ended the process.
        const int Removals = 3;
        await using var gateway = await Gateway.StartAsync(_folder.Path, ("Segmentation__Threads", "1"));
        var pictures = Enumerable.Range(0, Removals).Select(_ => new AwaitedContent(Pictures.Rocket)).ToArray();
        var running = pictures.Select(picture => gateway.RemoveAsync(picture, gateway.Key!, "auto", expectContinue: true)).ToArray();
        await Task.WhenAll(pictures.Select(picture => picture.Wanted));

        gateway.Terminate();

        foreach (var removal in running)
        {
            using var answer = await removal;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Pictures.AssertIsPng(await answer.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(0, await gateway.EndAsync());
    }

    /// <summary>Bytes that tell when they are asked for. Where 100 Continue is waited for, the server is then at work on the request.</summary>
    private sealed class AwaitedContent(byte[] bytes) : ByteArrayContent(bytes)
    {
        private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Wanted => _wanted.Task.WaitAsync(TimeSpan.FromSeconds(60));

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _wanted.TrySetResult();
            return base.SerializeToStreamAsync(stream, context, cancellationToken);
        }
    }
}
