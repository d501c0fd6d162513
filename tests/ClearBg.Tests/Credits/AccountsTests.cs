using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

public class AccountsTests
{
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Finds_an_account_by_id_and_by_name(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        var account = await store.Accounts.CreateAsync("Müller & Söhne");

        Assert.NotNull(account);
        Assert.Equal(store.Clock.Now, account.CreatedAt);
        Assert.Equal(account, await store.Accounts.FindAsync(account.Id));
        Assert.Equal(account, await store.Accounts.FindAsync("Müller & Söhne"));
        Assert.Null(await store.Accounts.FindAsync("müller & söhne"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Gives_a_name_once(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        Assert.NotNull(await store.Accounts.CreateAsync("acme"));
        Assert.Null(await store.Accounts.CreateAsync("acme"));

        Assert.Single(await store.Accounts.ListAsync());
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task An_id_counts_before_a_name_that_looks_like_it(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var account = await store.Accounts.CreateAsync("acme");
        var impostor = await store.Accounts.CreateAsync(account!.Id);

        Assert.Equal(account, await store.Accounts.FindAsync(account.Id));
        Assert.Equal(impostor, await store.Accounts.FindAsync(impostor!.Id));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Opens_an_account_with_a_balance_or_not_at_all(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var opening = new Balance(new(1), new(250), new(CreditAmount.MaxThousandths), 4);

        var account = await store.Accounts.CreateAsync("acme", opening);
        await store.Accounts.CreateAsync("poor");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.Accounts.CreateAsync("debtor", new Balance(new(-1), default, default, 0)));

        Assert.Equal(opening, await store.Ledger.BalanceAsync(account!.Id));
        Assert.Equal([KeyValuePair.Create(account.Id, opening)], await store.Ledger.BalancesAsync());
        Assert.Equal("acme poor", string.Join(' ', (await store.Accounts.ListAsync()).Select(static listed => listed.Name).Order(StringComparer.Ordinal)));
        Assert.Equal(8L, await store.ScalarAsync("SELECT COUNT(*) FROM entries"));
        await Books.AssertBalancedAsync(store);
    }
}
