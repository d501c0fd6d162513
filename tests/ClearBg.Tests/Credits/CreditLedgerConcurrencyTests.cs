using System.Globalization;
using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

public class CreditLedgerConcurrencyTests
{
    private const int AtOnce = 16;

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Of_2000_pictures_at_once_in_two_processes_500_credits_pay_for_500(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await using var other = customer.Store.OpenAgain();
        await customer.GrantAsync(Fund.Subscription, "300.5");
        await customer.GrantAsync(Fund.PayAsYouGo, "99.75");
        await customer.GrantAsync(Fund.Enterprise, "99.75");
        var (captured, refused) = (0, 0);

        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var ledger = i % 2 == 0 ? customer.Ledger : other.Ledger;
            if (await customer.ReserveAsync("1", ledger: ledger) is { } hold)
            {
                Assert.NotNull(await ledger.CaptureAsync(hold, null, CancellationToken.None));
                Interlocked.Increment(ref captured);
            }
            else
            {
                Interlocked.Increment(ref refused);
            }

            if (i % 100 == 0)
            {
                await Books.AssertBalancedAsync(customer.Store);
            }
        });

        Assert.Equal((500, 1500), (captured, refused));
        Assert.Equal(Balance.Empty, await customer.BalanceAsync());
        var spent = await customer.Store.ScalarAsync("SELECT SUM(amount) FROM entries WHERE book = 'spent'");
        Assert.Equal(500_000, Convert.ToInt64(spent, CultureInfo.InvariantCulture));
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Captures_releases_and_sweeps_that_meet_at_one_hold_end_it_once(Engine engine)
    {
        const int Holds = 60;
        await using var customer = await Customer.CreateAsync(engine);
        await using var other = customer.Store.OpenAgain();
        await customer.GrantAsync(Fund.Subscription, "30.5");
        await customer.GrantAsync(Fund.PayAsYouGo, "29.5");
        List<Hold> holds = [];
        for (var i = 0; i < Holds; i++)
        {
            holds.Add((await customer.ReserveAsync("1"))!);
        }

        // The other process is an hour ahead: it finds every hold past its lifetime.
        other.Clock.Now += TimeSpan.FromHours(1);
        var sweeps = Parallel.ForAsync(0, 4, async (_, _) => await other.Ledger.ExpireAsync(CancellationToken.None));
        var charged = 0;
        await Parallel.ForEachAsync(holds, new ParallelOptions { MaxDegreeOfParallelism = AtOnce / 2 }, async (hold, cancellation) =>
        {
            var captures = await Task.WhenAll(
                Task.Run(() => customer.Ledger.CaptureAsync(hold, null, cancellation), cancellation),
                Task.Run(() => customer.Ledger.CaptureAsync(hold, null, cancellation), cancellation),
                Task.Run(async () => { await other.Ledger.ReleaseAsync(hold, cancellation); return (Balance?)null; }, cancellation));
            Assert.Equal(captures[0] is null, captures[1] is null);
            Interlocked.Add(ref charged, captures[0] is null ? 0 : 1);
        });
        await sweeps;

        Assert.Equal(new CreditAmount((Holds - charged) * 1000L), (await customer.BalanceAsync()).Total);
        Assert.Equal((long)charged, await customer.Store.ScalarAsync("SELECT COUNT(*) FROM transactions WHERE kind = 'capture'"));
        Assert.Equal(0L, await customer.Store.ScalarAsync("SELECT COUNT(*) FROM holds"));
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Sweeps_in_two_processes_at_once_return_each_hold_once(Engine engine)
    {
        const int Holds = 50;
        await using var customer = await Customer.CreateAsync(engine);
        await using var other = customer.Store.OpenAgain();
        await customer.GrantAsync(Fund.Enterprise, "50");
        for (var i = 0; i < Holds; i++)
        {
            await customer.ReserveAsync("1");
        }

        (customer.Store.Clock.Now, other.Clock.Now) = (customer.Store.Clock.Now.AddHours(1), other.Clock.Now.AddHours(1));
        var returned = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => (i % 2 == 0 ? customer.Ledger : other.Ledger).ExpireAsync())));

        Assert.Equal(Holds, returned.Sum());
        Assert.Equal(Customer.Credits("50"), (await customer.BalanceAsync()).Total);
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task First_grants_at_once_are_all_counted(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await using var other = customer.Store.OpenAgain();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            (i % 2 == 0 ? customer.Ledger : other.Ledger).GrantAsync(customer.AccountId, (Fund)(i % 3), Customer.Credits("0.25"), "test"))));

        Assert.Equal(Customer.Credits("5"), (await customer.BalanceAsync()).Total);
        await Books.AssertBalancedAsync(customer.Store);
    }
}
