using System.Diagnostics;
using System.Globalization;
using ClearBg.Credits;
using ClearBg.Tests.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.SystemTests.Money;

/// <summary>An account with some credits, perhaps free calls, and one key, as the database has it.</summary>
internal sealed class Customer(string accountId, string key, long credits, long freeCalls)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>As it is sent.</summary>
    public string Key => key;

    public static async Task<Customer> CreateAsync(TestStore store, long credits, long freeCalls = 0, ApiProfile? profile = null)
    {
        var account = (await store.Accounts.CreateAsync(Guid.NewGuid().ToString()))!;
        if (credits > 0)
        {
            await store.Ledger.GrantAsync(account.Id, Fund.PayAsYouGo, new CreditAmount(1000 * credits), "test");
        }

        if (freeCalls > 0)
        {
            await store.Ledger.GrantFreeCallsAsync(account.Id, freeCalls, "test");
        }

        return new Customer(account.Id, (await store.Keys.CreateAsync(account.Id, "test", profile: profile)).Reveal(), credits, freeCalls);
    }

    /// <summary>How often the account was charged.</summary>
    public Task<long> ChargesAsync(TestStore store) =>
        CountAsync(store, $"SELECT COUNT(*) FROM transactions WHERE kind = 'capture' AND account_id = '{accountId}'");

    /// <summary>
    /// The account was charged one credit so often, and so many free calls, and nothing is held; where a process died, that is so a moment after the start of the next one. All books balance.
    /// </summary>
    public async Task AssertPaidAsync(TestStore store, long charges, long calls = 0)
    {
        var watch = Stopwatch.StartNew();
        while (await CountAsync(store, $"SELECT COUNT(*) FROM holds WHERE account_id = '{accountId}'") > 0)
        {
            Assert.True(watch.Elapsed < Longest, "A hold was not returned.");
            await Task.Delay(20);
        }

        Assert.Equal(charges + calls, await ChargesAsync(store));
        Assert.Equal((-1000 * charges) - calls, await CountAsync(
            store,
            $"""
            SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) FROM entries JOIN transactions ON id = transaction_id
            WHERE kind = 'capture' AND book = 'account' AND account_id = '{accountId}'
            """));
        var balance = await store.Ledger.BalanceAsync(accountId);
        Assert.Equal((1000 * (credits - charges), freeCalls - calls), (balance.Total.Thousandths, balance.FreeCalls));
        await Books.AssertBalancedAsync(store);
    }

    private static async Task<long> CountAsync(TestStore store, string sql) => Convert.ToInt64(await store.ScalarAsync(sql), CultureInfo.InvariantCulture);
}
