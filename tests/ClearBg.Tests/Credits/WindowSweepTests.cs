using ClearBg.Credits;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Credits;

public class WindowSweepTests
{
    [Fact]
    public async Task A_server_that_starts_forgets_windows_that_have_ended()
    {
        await using var store = await TestStore.CreateAsync();
        await store.RateWindows.TakeAsync("ended", 1, 1, store.Clock.Now);
        await store.RateWindows.TakeAsync("running", 1, 1, store.Clock.Now + TimeSpan.FromMinutes(1));
        using var sweeper = new HoldSweeper(store.Ledger, store.Idempotency, store.RateWindows, store.Clock, NullLogger<HoldSweeper>.Instance);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        await sweeper.StartAsync(CancellationToken.None);
        while (await store.ScalarAsync("SELECT COUNT(*) FROM rate_windows WHERE subject = 'ended'") is not 0L)
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        await sweeper.StopAsync(CancellationToken.None);
        Assert.Equal(1L, await store.ScalarAsync("SELECT COUNT(*) FROM rate_windows WHERE subject = 'running'"));
    }
}
