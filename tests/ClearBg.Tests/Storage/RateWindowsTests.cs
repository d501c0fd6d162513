using ClearBg.Storage;

namespace ClearBg.Tests.Storage;

public class RateWindowsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Counts_up_to_the_limit_and_begins_anew_after_the_end(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var end = store.Clock.Now + Minute;

        Assert.Equal(new RateWindow(true, 500, 50, end), await TakeAsync(store, 50));
        store.Clock.Now += Minute / 2;
        Assert.Equal(new RateWindow(true, 500, 499, end), await TakeAsync(store, 449));
        Assert.Equal(new RateWindow(false, 500, 499, end), await TakeAsync(store, 2));
        Assert.Equal(new RateWindow(true, 500, 500, end), await TakeAsync(store, 1));
        Assert.Equal(0, (await store.RateWindows.LookAsync("key", 500, end)).Remaining);
        Assert.Equal(30, (await TakeAsync(store, 1)).RetryAfterSeconds(store.Clock.Now));

        store.Clock.Now = end;
        Assert.Equal(500, (await store.RateWindows.LookAsync("key", 500, end + Minute)).Remaining);
        Assert.Equal(new RateWindow(true, 500, 7, end + Minute), await TakeAsync(store, 7));
    }

    /// <summary>Its first look at the clock finds the window full, the next one finds it over.</summary>
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_window_that_ends_meanwhile_is_a_new_one_and_no_refusal(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var end = (await TakeAsync(store, 500)).EndsAt;

        var taken = await new RateWindows(store.Source, new PassingClock(end)).TakeAsync("key", 3, 500, end + Minute);

        Assert.Equal(new RateWindow(true, 500, 3, end + Minute), taken);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_is_heavier_than_the_limit_needs_a_window_of_its_own(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        Assert.True((await TakeAsync(store, 501)).IsTaken);
        Assert.False((await TakeAsync(store, 1)).IsTaken);
        store.Clock.Now += Minute;
        await TakeAsync(store, 1);
        Assert.False((await TakeAsync(store, 501)).IsTaken);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_limit_that_was_lowered_or_raised_holds_in_the_window_that_runs(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var end = (await TakeAsync(store, 400)).EndsAt;

        Assert.Equal(new RateWindow(false, 100, 100, end), await store.RateWindows.TakeAsync("key", 1, 100, end + Minute));
        Assert.Equal(new RateWindow(true, 900, 850, end), await store.RateWindows.TakeAsync("key", 450, 900, end + Minute));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Subjects_do_not_touch_each_other(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        await TakeAsync(store, 500);

        Assert.True((await store.RateWindows.TakeAsync("other", 500, 500, store.Clock.Now + Minute)).IsTaken);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_is_given_back_can_be_taken_again_but_only_in_its_own_window(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var first = await TakeAsync(store, 500);

        await store.RateWindows.GiveBackAsync("key", 500, first);
        Assert.Equal(1, (await TakeAsync(store, 1)).Used);
        await store.RateWindows.GiveBackAsync("key", 500, first);
        Assert.Equal(2, (await TakeAsync(store, 1)).Used);

        store.Clock.Now += Minute;
        var second = await TakeAsync(store, 3);
        await store.RateWindows.GiveBackAsync("key", 1, first);
        Assert.Equal(3, (await store.RateWindows.LookAsync("key", 500, second.EndsAt)).Used);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Is_exact_for_processes_that_count_at_once(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        await using var other = store.OpenAgain();

        var taken = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => TakeAsync(i % 2 == 0 ? store : other, 5))));

        Assert.Equal(100, taken.Count(static window => window.IsTaken));
        Assert.Equal(500, taken.Max(static window => window.Used));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Sweeping_deletes_what_has_ended_only(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        await TakeAsync(store, 1);
        await store.RateWindows.TakeAsync("longer", 1, 1, store.Clock.Now + (2 * Minute));
        store.Clock.Now += Minute;

        Assert.Equal(1, await store.RateWindows.SweepAsync());
        Assert.False((await store.RateWindows.TakeAsync("longer", 1, 1, store.Clock.Now + Minute)).IsTaken);
    }

    private static Task<RateWindow> TakeAsync(TestStore store, long weight) => store.RateWindows.TakeAsync("key", weight, 500, store.Clock.Now + Minute);

    private sealed class PassingClock(DateTimeOffset end) : TimeProvider
    {
        private bool _isLater;

        public override DateTimeOffset GetUtcNow()
        {
            var now = _isLater ? end : end - TimeSpan.FromMilliseconds(1);
            _isLater = true;
            return now;
        }
    }
}
