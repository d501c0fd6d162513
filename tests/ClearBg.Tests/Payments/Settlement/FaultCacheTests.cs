using ClearBg.Payments.Settlement;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Payments.Settlement;

public class FaultCacheTests
{
    [Fact]
    public async Task A_look_goes_on_for_the_others_when_who_asked_first_hangs_up()
    {
        var (looks, found) = (0, new TaskCompletionSource<PaymentFault?>());
        using var cache = new FaultCache(
            cancellation =>
            {
                Interlocked.Increment(ref looks);
                return found.Task.WaitAsync(cancellation);
            },
            TimeProvider.System,
            NullLogger<FaultCache>.Instance);
        using var first = new CancellationTokenSource();
        var hungUp = cache.GetAsync(first.Token);
        var other = cache.GetAsync(CancellationToken.None);

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hungUp);
        found.SetResult(new PaymentFault(true, "the token is paused"));

        Assert.Equal("the token is paused", (await other)?.Reason);
        Assert.Equal(1, looks);
    }
}
