using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

public class FirstAccountTests
{
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_new_installation_gets_one_account_with_one_working_key(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        var key = await store.FirstAccount.EnsureAsync();

        var account = Assert.Single(await store.Accounts.ListAsync());
        Assert.Equal("default", account.Name);
        Assert.Equal(account.Id, (await store.Keys.VerifyAsync(key!.Reveal()))!.AccountId);
    }

    /// <summary>They were written into the journal only: a new account had no balance that they could be added to.</summary>
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task The_first_account_can_spend_what_the_journal_says_it_was_granted(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        var key = await store.FirstAccount.EnsureAsync();

        Assert.Equal(new Balance(default, default, new(1_000_000_000), 0), await store.Ledger.BalanceAsync(key!.Key.AccountId));
        await Books.AssertBalancedAsync(store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task The_first_key_may_be_an_application_s(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var application = (await store.Applications.CreateAsync("camera", 0))!.Application;

        var key = await store.FirstAccount.EnsureAsync("first", application.Id);

        Assert.Equal(application.Id, (await store.Keys.VerifyAsync(key!.Reveal()))!.ApplicationId);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task The_key_is_shown_once_and_not_made_again_after_it_was_revoked(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var key = await store.FirstAccount.EnsureAsync();
        await store.Keys.RevokeAsync(key!.Key.Id);

        Assert.Null(await store.FirstAccount.EnsureAsync());
        Assert.Single(await store.Keys.ListAsync());
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task An_installation_with_any_account_gets_none(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        await store.Accounts.CreateAsync("acme");

        Assert.Null(await store.FirstAccount.EnsureAsync());
        Assert.Empty(await store.Keys.ListAsync());
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Eight_processes_that_start_at_once_on_no_database_make_one_account_and_one_key(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine, migrated: false);
        using var gate = new ManualResetEventSlim();
        // SQLite blocks its caller, so each start has a thread of its own and they wait for each other.
        var starts = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            async () =>
            {
                gate.Wait();
                await using var process = store.OpenAgain();
                await process.Store.MigrateAsync();
                return await process.FirstAccount.EnsureAsync();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()).ToArray();
        gate.Set();

        var shown = Assert.Single(await Task.WhenAll(starts), key => key is not null);

        Assert.Single(await store.Accounts.ListAsync());
        Assert.Equal(shown!.Key, Assert.Single(await store.Keys.ListAsync()));
        Assert.NotNull(await store.Keys.VerifyAsync(shown.Reveal()));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_key_that_cannot_be_made_leaves_no_account_behind(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        await Assert.ThrowsAsync<ArgumentException>(() => store.FirstAccount.EnsureAsync("two\nlines"));

        Assert.Empty(await store.Accounts.ListAsync());
        Assert.NotNull(await store.FirstAccount.EnsureAsync());
    }
}
