using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

public class IdempotencyKeysTests
{
    private static readonly TimeSpan Running = TimeSpan.FromMinutes(5);

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_request_is_new_then_in_progress_then_done_and_new_again_after_a_day(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);

        var first = await BeginAsync(customer);
        Assert.Equal(IdempotencyState.New, first.State);
        Assert.Equal(new Idempotency(IdempotencyState.InProgress), await BeginAsync(customer));

        Assert.True(await customer.Store.Idempotency.CompleteAsync(new Completion(first.Id!, "decided")));
        Assert.Equal(new Idempotency(IdempotencyState.Done, Answer: "decided"), await BeginAsync(customer));

        customer.Store.Clock.Now += IdempotencyKeys.DoneFor - TimeSpan.FromMilliseconds(1);
        Assert.Equal(IdempotencyState.Done, (await BeginAsync(customer)).State);
        customer.Store.Clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal(IdempotencyState.New, (await BeginAsync(customer, fingerprint: "another")).State);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task The_key_with_another_request_is_a_mismatch_while_the_first_runs_and_after(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        var first = await BeginAsync(customer);

        Assert.Equal(new Idempotency(IdempotencyState.Mismatch), await BeginAsync(customer, fingerprint: "another"));
        await customer.Store.Idempotency.CompleteAsync(new Completion(first.Id!, "decided"));
        Assert.Equal(new Idempotency(IdempotencyState.Mismatch), await BeginAsync(customer, fingerprint: "another"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Keys_are_exact_and_belong_to_the_API_key_they_came_with(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        var other = await customer.Store.CreateKeyAsync("other");
        await BeginAsync(customer, "order 1");

        Assert.Equal(IdempotencyState.New, (await BeginAsync(customer, "Order 1")).State);
        Assert.Equal(IdempotencyState.New, (await BeginAsync(customer, "order 1 ")).State);
        Assert.Equal(IdempotencyState.New, (await customer.Store.Idempotency.BeginAsync(other.Key.Id, "order 1", "print", Running)).State);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_request_that_failed_can_be_sent_again_and_one_that_was_paid_stays_done(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);

        var failed = await BeginAsync(customer);
        await customer.Store.Idempotency.AbandonAsync(failed.Id!);
        var again = await BeginAsync(customer, fingerprint: "corrected");
        Assert.Equal(IdempotencyState.New, again.State);
        Assert.False(await customer.Store.Idempotency.CompleteAsync(new Completion(failed.Id!, "decided")));

        Assert.True(await customer.Store.Idempotency.CompleteAsync(new Completion(again.Id!, "decided")));
        await customer.Store.Idempotency.AbandonAsync(again.Id!);
        Assert.Equal(IdempotencyState.Done, (await BeginAsync(customer, fingerprint: "corrected")).State);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_charge_and_its_record_are_one(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "2");
        var record = await BeginAsync(customer);
        var hold = await customer.ReserveAsync("1");

        Assert.NotNull(await customer.Ledger.CaptureAsync(hold!, new Completion(record.Id!, "decided")));

        Assert.Equal(IdempotencyState.Done, (await BeginAsync(customer)).State);
        Assert.NotNull(await customer.Ledger.CaptureAsync(hold!, new Completion(record.Id!, "decided")));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_was_not_charged_is_not_done(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "2");
        var record = await BeginAsync(customer);
        var hold = await customer.ReserveAsync("1");
        await customer.Ledger.ReleaseAsync(hold!);

        Assert.Null(await customer.Ledger.CaptureAsync(hold!, new Completion(record.Id!, "decided")));

        Assert.Equal(IdempotencyState.InProgress, (await BeginAsync(customer)).State);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_process_that_was_too_slow_and_lost_its_record_to_another_cannot_charge(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "2");
        var slow = await BeginAsync(customer, runningFor: TimeSpan.FromMinutes(1));
        var slowHold = await customer.ReserveAsync("1");
        customer.Store.Clock.Now += TimeSpan.FromMinutes(1);
        var quick = await BeginAsync(customer);
        var quickHold = await customer.ReserveAsync("1");

        Assert.Equal(IdempotencyState.New, quick.State);
        Assert.Null(await customer.Ledger.CaptureAsync(slowHold!, new Completion(slow.Id!, "decided")));
        Assert.NotNull(await customer.Ledger.CaptureAsync(quickHold!, new Completion(quick.Id!, "decided")));
        Assert.Null(await customer.Ledger.CaptureAsync(slowHold!, new Completion(slow.Id!, "decided")));

        // What it held is still held, and can be put back.
        await customer.Ledger.ReleaseAsync(slowHold!);
        Assert.Equal(Customer.Credits("1"), (await customer.BalanceAsync()).Total);
        await Books.AssertBalancedAsync(customer.Store);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_slow_process_that_lost_its_record_to_nobody_may_still_charge(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await customer.GrantAsync(Fund.Subscription, "2");
        var slow = await BeginAsync(customer, runningFor: TimeSpan.FromMinutes(1));
        var hold = await customer.ReserveAsync("1");
        customer.Store.Clock.Now += TimeSpan.FromMinutes(2);

        Assert.NotNull(await customer.Ledger.CaptureAsync(hold!, new Completion(slow.Id!, "decided")));
        Assert.Equal(IdempotencyState.Done, (await BeginAsync(customer)).State);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Of_many_equal_requests_at_once_in_two_processes_one_is_new_each_time(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await using var other = customer.Store.OpenAgain();
        for (var round = 0; round < 5; round++)
        {
            // The first finds no record, each later one that of a process that died.
            var begun = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() =>
                (i % 2 == 0 ? customer.Store : other).Idempotency.BeginAsync(customer.KeyId, "order", "print", Running))));

            Assert.Single(begun, outcome => outcome.State == IdempotencyState.New);
            Assert.Equal(23, begun.Count(outcome => outcome.State == IdempotencyState.InProgress));
            (customer.Store.Clock.Now, other.Clock.Now) = (customer.Store.Clock.Now + Running, other.Clock.Now + Running);
        }
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Sweeps_what_is_past_its_time_and_nothing_else(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await BeginAsync(customer, "left", runningFor: TimeSpan.FromMinutes(1));
        await customer.Store.Idempotency.CompleteAsync(new Completion((await BeginAsync(customer, "paid")).Id!, "decided"));
        customer.Store.Clock.Now += TimeSpan.FromMinutes(1);

        Assert.Equal(1, await customer.Store.Idempotency.SweepAsync());
        Assert.Equal(IdempotencyState.Done, (await BeginAsync(customer, "paid")).State);

        customer.Store.Clock.Now += IdempotencyKeys.DoneFor;
        Assert.Equal(1, await customer.Store.Idempotency.SweepAsync());
        Assert.Equal(0L, await customer.Store.ScalarAsync("SELECT COUNT(*) FROM idempotency_keys"));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324", true)]
    [InlineData("\"quoted, with spaces\" ~!", true)]
    [InlineData("", false)]
    [InlineData("tab\tbed", false)]
    [InlineData("nul\0", false)]
    [InlineData("delete\u007f", false)]
    [InlineData("schlüssel", false)]
    public async Task Takes_printable_ASCII(string key, bool valid)
    {
        await using var customer = await Customer.CreateAsync(Engine.Sqlite);

        Assert.Equal(valid, IdempotencyKeys.IsValid(key));
        if (valid)
        {
            Assert.Equal(IdempotencyState.New, (await BeginAsync(customer, key)).State);
        }
        else
        {
            await Assert.ThrowsAsync<ArgumentException>(() => BeginAsync(customer, key));
        }
    }

    [Fact]
    public void Takes_255_characters_and_not_256()
    {
        Assert.True(IdempotencyKeys.IsValid(new string('k', 255)));
        Assert.False(IdempotencyKeys.IsValid(new string('k', 256)));
    }

    private static Task<Idempotency> BeginAsync(Customer customer, string key = "order", string fingerprint = "print", TimeSpan? runningFor = null) =>
        customer.Store.Idempotency.BeginAsync(customer.KeyId, key, fingerprint, runningFor ?? Running);
}
