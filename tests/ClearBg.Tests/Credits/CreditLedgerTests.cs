using System.Data.Common;
using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

public class CreditLedgerTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task An_account_begins_with_nothing_and_can_hold_nothing(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);

        Assert.Equal(Balance.Empty, await customer.BalanceAsync());
        Assert.Null(await customer.ReserveAsync("0.001", freeCallPays: true));
        Assert.Equal(Balance.Empty, await customer.Ledger.BalanceAsync("000000000000"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Grants_add_up_fund_by_fund_and_can_be_corrected(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);

        await customer.GrantAsync(Fund.Subscription, "10");
        await customer.GrantAsync(Fund.PayAsYouGo, "2.5");
        await customer.GrantAsync(Fund.Enterprise, "0.001");
        await customer.Ledger.GrantFreeCallsAsync(customer.AccountId, 50, "welcome");
        await customer.GrantAsync(Fund.Subscription, "-9.75");
        var after = await customer.Ledger.GrantFreeCallsAsync(customer.AccountId, -20, "too many");

        Assert.Equal(new Balance(Credits("0.25"), Credits("2.5"), Credits("0.001"), 30), after);
        Assert.Equal(after, await customer.BalanceAsync());
        Assert.Equal(Credits("2.751"), after!.Total);
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_correction_takes_no_more_than_there_is_and_nothing_that_is_held(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "10");
        await customer.GrantAsync(Fund.Enterprise, "10");
        await customer.ReserveAsync("4");

        Assert.Null(await customer.GrantAsync(Fund.Subscription, "-6.001"));
        Assert.Null(await customer.GrantAsync(Fund.PayAsYouGo, "-0.001"));
        Assert.Null(await customer.Ledger.GrantFreeCallsAsync(customer.AccountId, -1, "none"));
        Assert.Null(await customer.GrantAsync(Fund.Subscription, CreditAmount.Max.ToString()));
        Assert.Equal(2L, await customer.Store.ScalarAsync("SELECT COUNT(*) FROM transactions"));

        Assert.NotNull(await customer.GrantAsync(Fund.Subscription, "-6"));
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Grants_nothing_to_nobody_and_no_more_than_can_be_counted(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);

        await Assert.ThrowsAnyAsync<DbException>(() => customer.Ledger.GrantFreeCallsAsync("000000000000", 1, "nobody"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => customer.GrantAsync(Fund.Subscription, "0"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => customer.Ledger.GrantFreeCallsAsync(customer.AccountId, long.MaxValue, "all"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => customer.ReserveAsync("0"));
        Assert.Equal(0L, await customer.Store.ScalarAsync("SELECT COUNT(*) FROM transactions"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_hold_takes_credits_out_of_the_balance_and_its_capture_keeps_them(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.PayAsYouGo, "2");

        var hold = await customer.ReserveAsync("1");
        var held = await customer.BalanceAsync();
        var captured = await customer.Ledger.CaptureAsync(hold!, null);

        Assert.Equal((customer.AccountId, Credits("1"), false), (hold!.AccountId, hold.Amount, hold.IsFreeCall));
        Assert.Equal(Credits("1"), held.PayAsYouGo);
        Assert.Equal(held, captured);
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Quarters_add_up_exactly(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "1.1");

        for (var i = 0; i < 4; i++)
        {
            Assert.NotNull(await customer.Ledger.CaptureAsync((await customer.ReserveAsync("0.25"))!, null));
        }

        Assert.Null(await customer.ReserveAsync("0.25"));
        Assert.Equal(Credits("0.1"), (await customer.BalanceAsync()).Total);
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Spends_the_subscription_first_then_pay_as_you_go_then_enterprise_also_within_one_hold(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "1");
        await customer.GrantAsync(Fund.PayAsYouGo, "0.5");
        await customer.GrantAsync(Fund.Enterprise, "10");

        var first = await customer.ReserveAsync("0.75");
        Assert.Equal(new Balance(Credits("0.25"), Credits("0.5"), Credits("10"), 0), await customer.BalanceAsync());
        var second = await customer.ReserveAsync("1");
        Assert.Equal(new Balance(default, default, Credits("9.75"), 0), await customer.BalanceAsync());

        await customer.Ledger.CaptureAsync(second!, null);
        await Books.AssertBalancedAsync(customer.Store);
        await customer.Ledger.ReleaseAsync(first!);
        Assert.Equal(new Balance(Credits("0.75"), default, Credits("9.75"), 0), await customer.BalanceAsync());
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_free_call_takes_the_place_of_credits_only_where_it_pays_and_while_there_is_one(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "2");
        await customer.Ledger.GrantFreeCallsAsync(customer.AccountId, 1, "welcome");

        var paid = await customer.ReserveAsync("1");
        var free = await customer.ReserveAsync("1", freeCallPays: true);
        var paidAgain = await customer.ReserveAsync("1", freeCallPays: true);

        Assert.Equal((false, true, false), (paid!.IsFreeCall, free!.IsFreeCall, paidAgain!.IsFreeCall));
        Assert.Equal(default, free.Amount);
        Assert.Null(await customer.ReserveAsync("1", freeCallPays: true));
        Assert.Equal(Balance.Empty, await customer.Ledger.CaptureAsync(free, null));
        await customer.Ledger.ReleaseAsync(paidAgain);
        Assert.Equal(Credits("1"), (await customer.BalanceAsync()).Subscription);
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Captures_once_and_answers_a_second_capture_as_the_first(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "3");
        var hold = await customer.ReserveAsync("1");

        var first = await customer.Ledger.CaptureAsync(hold!, null);
        var second = await customer.Ledger.CaptureAsync(hold!, null);
        await customer.Ledger.ReleaseAsync(hold!);

        Assert.Equal(Credits("2"), first!.Total);
        Assert.Equal(first, second);
        Assert.Equal(first, await customer.BalanceAsync());
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Releases_once_and_captures_nothing_that_was_released(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "3");
        var hold = await customer.ReserveAsync("1");

        await customer.Ledger.ReleaseAsync(hold!);
        await customer.Ledger.ReleaseAsync(hold!);

        Assert.Null(await customer.Ledger.CaptureAsync(hold!, null));
        Assert.Equal(Credits("3"), (await customer.BalanceAsync()).Total);
        Assert.Empty(await customer.Ledger.UsageAsync(customer.AccountId, DateTimeOffset.UnixEpoch));
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_hold_can_be_captured_until_its_lifetime_ends_and_not_after_even_before_a_sweep(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "3");
        var (inTime, late) = (await customer.ReserveAsync("1"), await customer.ReserveAsync("1"));

        customer.Store.Clock.Now += Lifetime - TimeSpan.FromMilliseconds(1);
        Assert.Equal(0, await customer.Ledger.ExpireAsync());
        Assert.NotNull(await customer.Ledger.CaptureAsync(inTime!, null));
        customer.Store.Clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Null(await customer.Ledger.CaptureAsync(late!, null));

        Assert.Equal(1, await customer.Ledger.ExpireAsync());
        Assert.Equal(0, await customer.Ledger.ExpireAsync());
        Assert.Null(await customer.Ledger.CaptureAsync(late!, null));
        Assert.Equal(Credits("2"), (await customer.BalanceAsync()).Total);
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Tells_calls_and_credits_by_day_in_UTC(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "1");
        await customer.GrantAsync(Fund.Enterprise, "9");
        await customer.Ledger.GrantFreeCallsAsync(customer.AccountId, 1, "welcome");
        customer.Store.Clock.Now = new DateTimeOffset(2026, 3, 4, 23, 59, 59, 999, TimeSpan.Zero);
        await customer.Ledger.CaptureAsync((await customer.ReserveAsync("1.25"))!, null);
        await customer.Ledger.CaptureAsync((await customer.ReserveAsync("0.25"))!, null);
        customer.Store.Clock.Now += TimeSpan.FromMilliseconds(1);
        await customer.Ledger.CaptureAsync((await customer.ReserveAsync("1", freeCallPays: true))!, null);
        await customer.ReserveAsync("1");

        var (first, second) = (new UsageDay(new DateOnly(2026, 3, 4), 2, Credits("1.5"), 0), new UsageDay(new DateOnly(2026, 3, 5), 1, default, 1));
        Assert.Equal([first, second], await customer.Ledger.UsageAsync(customer.AccountId, DateTimeOffset.UnixEpoch));
        Assert.Equal([second], await customer.Ledger.UsageAsync(customer.AccountId, customer.Store.Clock.Now));
        Assert.Empty(await customer.Ledger.UsageAsync("000000000000", DateTimeOffset.UnixEpoch));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task The_database_itself_refuses_a_balance_below_nothing(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "1");

        await Assert.ThrowsAnyAsync<DbException>(() => customer.Store.ScalarAsync("UPDATE balances SET subscription = subscription - 1001"));
    }

    private static CreditAmount Credits(string text) => Customer.Credits(text);
}
