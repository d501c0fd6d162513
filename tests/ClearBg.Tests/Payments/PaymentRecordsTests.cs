using System.Security.Cryptography;
using ClearBg.Payments;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Payments;

/// <summary>The claim, the leases and the states, on both engines.</summary>
public class PaymentRecordsTests
{
    private const string Name = "name-of-the-client";

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Of_all_who_claim_a_payment_at_once_in_all_processes_one_gets_it(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        await using var second = store.OpenAgain();
        using var here = new PaymentBooks(store);
        using var there = new PaymentBooks(second);
        var payment = new PaymentForm().Payment();

        var leases = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? here : there).Records.ClaimAsync(payment, "request", null, CancellationToken.None))));

        var lease = Assert.Single(leases, static lease => lease is not null);
        Assert.Equal(lease, await store.ScalarAsync("SELECT lease FROM payments"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_record_comes_back_as_it_was_written(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var form = new PaymentForm { Version = 1, ValidAfter = "7", ValidBefore = ((System.Numerics.BigInteger.One << 256) - 1).ToString(System.Globalization.CultureInfo.InvariantCulture) };
        var payment = form.Payment();

        await books.Records.ClaimAsync(payment, "request", Name, CancellationToken.None);
        var record = (await books.Records.FindNamedAsync(payment.Authorization.From, Name, CancellationToken.None))!;

        Assert.Equal((payment.Id, payment.PayloadHash, 1), (record.Payment.Id, record.Payment.PayloadHash, record.Payment.Version));
        Assert.Equal((payment.Authorization, payment.Network), (record.Payment.Authorization, record.Payment.Network));
        Assert.Equal(("request", Name, PaymentState.Working, null, null, null), (record.RequestHash, record.Identifier, record.State, record.Reason, record.Transaction, record.SettledAt));
        Assert.Equal((store.Clock.Now, store.Clock.Now + PaymentRecords.LeaseTime), (record.CreatedAt, record.LeasedUntil));
        Assert.Null(await books.Records.FindAsync(payment.Id.ToUpperInvariant(), CancellationToken.None));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task An_identifier_is_one_payments_until_its_claim_is_dropped(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var (payment, other) = (new PaymentForm().Payment(), new PaymentForm().Payment());
        var lease = (await books.Records.ClaimAsync(payment, "request", Name, CancellationToken.None))!;

        Assert.Null(await books.Records.ClaimAsync(other, "request", Name, CancellationToken.None));
        Assert.True(await books.Records.DropAsync(payment.Id, lease, CancellationToken.None));
        Assert.NotNull(await books.Records.ClaimAsync(other, "request", Name, CancellationToken.None));
    }

    /// <summary>Kept for ever, and from all payers, a name could be squatted, and one failure would leave its client with 409s.</summary>
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task An_identifier_is_free_for_other_payers_and_after_a_failure(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var (payment, other) = (new PaymentForm().Payment(), new PaymentForm { From = PaymentForm.Terms().Network.Usdc.ToString() }.Payment());
        var lease = (await books.Records.ClaimAsync(payment, "request", Name, CancellationToken.None))!;

        Assert.NotNull(await books.Records.ClaimAsync(other, "request", Name, CancellationToken.None));
        Assert.Equal(payment.Id, (await books.Records.FindNamedAsync(payment.Authorization.From, Name, CancellationToken.None))?.Payment.Id);
        Assert.True(await books.Records.BeginSettlingAsync(payment.Id, lease, "image/png", new MemoryStream([1]), CancellationToken.None));
        Assert.True(await books.Records.FailedAsync(payment.Id, lease, "insufficient_funds", CancellationToken.None));
        Assert.NotNull(await books.Records.ClaimAsync(new PaymentForm().Payment(), "request", Name, CancellationToken.None));
    }

    /// <summary>
    /// A process reads that nothing was sent, freezes until its lease is over, and sends; another one has found meanwhile that nothing can be sent. Forgotten, the payment would be
    /// called unused, and its client sign another one.
    /// </summary>
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_is_under_way_is_neither_forgotten_nor_failed(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var (sent, posted) = (new PaymentForm().Payment(), new PaymentForm().Payment());
        var lease = await books.BeginSettlingAsync(sent);
        await store.ScalarAsync($"INSERT INTO sent_transactions VALUES ('0x1', '{sent.Id}', '0x2', 84532, 7, '0x', '1', '1', 1, 1, 1, 1)");

        Assert.False(await books.Records.ForgetAsync(sent.Id, lease, CancellationToken.None));
        Assert.False(await books.Records.FailedAsync(sent.Id, lease, "insufficient_funds", CancellationToken.None));
        Assert.Equal(PaymentState.Settling, await books.StateAsync(sent));
        await store.ScalarAsync("UPDATE sent_transactions SET is_open = 0");
        Assert.True(await books.Records.FailedAsync(sent.Id, lease, "insufficient_funds", CancellationToken.None));

        // A facilitator's refusal is no reason to keep it from failing.
        lease = await books.BeginSettlingAsync(posted);
        await store.ScalarAsync($"INSERT INTO facilitator_posts (payment_id, created_at) VALUES ('{posted.Id}', 1)");
        Assert.False(await books.Records.ForgetAsync(posted.Id, lease, CancellationToken.None));
        Assert.True(await books.Records.FailedAsync(posted.Id, lease, "insufficient_funds", CancellationToken.None));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_payment_that_nobody_knows_about_for_long_is_asked_for_less_often(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var payment = new PaymentForm().Payment();
        var lease = await books.BeginSettlingAsync(payment);
        var created = store.Clock.Now;
        foreach (var (age, pause) in ((int, int)[])[(0, 4), (39, 4), (60, 6), (600, 60), (5900, 590), (864_000, 600)])
        {
            store.Clock.Now = created.AddSeconds(age);
            Assert.True(await books.Records.PendingAsync(payment.Id, lease, null, CancellationToken.None));
            var record = (await books.Records.FindAsync(payment.Id, CancellationToken.None))!;
            Assert.Equal((true, store.Clock.Now.AddSeconds(pause)), (record.IsPaused, record.LeasedUntil));
            Assert.Empty(await books.Records.AbandonedAsync(PaymentNetwork.BaseSepolia, 10, CancellationToken.None));
            lease = (await books.Records.TakeAsync(payment.Id, CancellationToken.None))!;
        }
    }

    /// <summary>Whoever has the payment, or the operator, needn't wait for the pause to end; but for whoever else is at it.</summary>
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_settlement_that_rests_goes_to_the_first_who_asks_for_it(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var payment = new PaymentForm().Payment();
        var lease = await books.BeginSettlingAsync(payment);
        await books.Records.PendingAsync(payment.Id, lease, null, CancellationToken.None);

        // It lets go at once, not only when its process comes to renew it.
        Assert.False(await books.Records.RenewAsync(payment.Id, lease, CancellationToken.None));
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => books.Records.TakeAsync(payment.Id, CancellationToken.None))));

        Assert.Single(taken, static token => token is not null);
        Assert.False((await books.Records.FindAsync(payment.Id, CancellationToken.None))!.IsPaused);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Counts_what_one_balance_has_to_cover(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        Payment[] payments = [.. Enumerable.Range(0, 3).Select(static _ => new PaymentForm().Payment())];
        var other = new PaymentForm { From = PaymentForm.Terms().Network.Usdc.ToString() }.Payment();
        await books.Records.ClaimAsync(payments[0], "request", null, CancellationToken.None);
        foreach (var payment in (Payment[])[payments[1], payments[2], other])
        {
            await books.BeginSettlingAsync(payment);
        }

        Assert.Equal((3, 1), (await books.Records.CountOpenAsync(payments[0], CancellationToken.None), await books.Records.CountOpenAsync(other, CancellationToken.None)));
        await books.Records.SettledAsync(payments[1].Id, ScriptedSettlement.Hash, CancellationToken.None);
        store.Clock.Now += PaymentRecords.LeaseTime;
        Assert.Equal(1, await books.Records.CountOpenAsync(payments[0], CancellationToken.None));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task One_at_a_time_makes_an_answer_again_and_it_is_kept_as_long_as_the_first(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var payment = new PaymentForm().Payment();
        await books.BeginSettlingAsync(payment);
        Assert.Null(await books.Records.TakeSettledAsync(payment.Id, CancellationToken.None));
        await books.Records.SettledAsync(payment.Id, ScriptedSettlement.Hash, CancellationToken.None);
        store.Clock.Now += TimeSpan.FromMinutes(60);
        var lost = (await books.Records.TakeSettledAsync(payment.Id, CancellationToken.None))!;

        Assert.Null(await books.Records.TakeSettledAsync(payment.Id, CancellationToken.None));
        store.Clock.Now += PaymentRecords.LeaseTime;
        var lease = (await books.Records.TakeSettledAsync(payment.Id, CancellationToken.None))!;
        Assert.Null(await books.Records.KeepAgainAsync(payment.Id, lost, "image/png", new MemoryStream([7]), CancellationToken.None));
        Assert.NotNull(await books.Records.KeepAgainAsync(payment.Id, lease, "image/webp", new MemoryStream([8]), CancellationToken.None));

        store.Clock.Now += TimeSpan.FromMinutes(59);
        using var content = new MemoryStream();
        Assert.Equal("image/webp", await books.Answers.ReadAsync(payment.Id, content, CancellationToken.None));
        Assert.Equal([8], content.ToArray());
        Assert.NotNull(await books.Records.TakeSettledAsync(payment.Id, CancellationToken.None));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_a_dead_process_worked_on_counts_as_nothing_and_its_late_work_for_nothing(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var payment = new PaymentForm().Payment();
        var first = (await books.Records.ClaimAsync(payment, "request", Name, CancellationToken.None))!;

        store.Clock.Now += PaymentRecords.LeaseTime;
        Assert.Null(await books.Records.FindAsync(payment.Id, CancellationToken.None));
        Assert.Null(await books.Records.FindNamedAsync(payment.Authorization.From, Name, CancellationToken.None));
        var second = (await books.Records.ClaimAsync(payment, "request", Name, CancellationToken.None))!;

        // It was not dead but slow.
        Assert.False(await books.Records.RenewAsync(payment.Id, first, CancellationToken.None));
        Assert.False(await books.Records.DropAsync(payment.Id, first, CancellationToken.None));
        Assert.False(await books.Records.BeginSettlingAsync(payment.Id, first, "image/png", new MemoryStream([1]), CancellationToken.None));
        Assert.Equal(0L, await store.ScalarAsync("SELECT COUNT(*) FROM payment_answers"));
        Assert.True(await books.Records.BeginSettlingAsync(payment.Id, second, "image/png", new MemoryStream([2]), CancellationToken.None));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_lease_that_ended_unnoticed_is_still_good_and_is_renewed(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var payment = new PaymentForm().Payment();
        var lease = (await books.Records.ClaimAsync(payment, "request", null, CancellationToken.None))!;

        store.Clock.Now += 2 * PaymentRecords.LeaseTime;
        Assert.True(await books.Records.RenewAsync(payment.Id, lease, CancellationToken.None));
        Assert.Null(await books.Records.ClaimAsync(payment, "request", null, CancellationToken.None));
        Assert.Equal(0, await books.Records.SweepAsync(CancellationToken.None));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Sweeping_drops_work_of_the_dead_and_never_a_settlement(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var (working, settling) = (new PaymentForm().Payment(), new PaymentForm().Payment());
        await books.Records.ClaimAsync(working, "request", null, CancellationToken.None);
        await books.BeginSettlingAsync(settling);

        store.Clock.Now += TimeSpan.FromDays(365);
        Assert.Equal(1, await books.Records.SweepAsync(CancellationToken.None));
        Assert.Equal(0, await books.Answers.SweepAsync(CancellationToken.None));
        Assert.Equal(PaymentState.Settling, await books.StateAsync(settling));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Only_one_takes_over_a_settlement_that_nobody_is_at(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        await using var second = store.OpenAgain();
        using var here = new PaymentBooks(store);
        using var there = new PaymentBooks(second);
        var payment = new PaymentForm().Payment();
        var lease = await here.BeginSettlingAsync(payment);

        Assert.Null(await here.Records.TakeAsync(payment.Id, CancellationToken.None));
        Assert.Empty(await here.Records.AbandonedAsync(PaymentNetwork.BaseSepolia, 10, CancellationToken.None));
        second.Clock.Now = store.Clock.Now += PaymentRecords.LeaseTime;
        Assert.Empty(await here.Records.AbandonedAsync(PaymentNetwork.Base, 10, CancellationToken.None));
        Assert.Single(await here.Records.AbandonedAsync(PaymentNetwork.BaseSepolia, 10, CancellationToken.None));
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? here : there).Records.TakeAsync(payment.Id, CancellationToken.None))));

        Assert.Single(taken, static token => token is not null);
        Assert.False(await here.Records.RenewAsync(payment.Id, lease, CancellationToken.None));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Money_that_came_wins_over_a_failure_that_was_noted_before_or_after(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var payment = new PaymentForm().Payment();
        var lease = await books.BeginSettlingAsync(payment);

        Assert.False(await books.Records.FailedAsync(payment.Id, "another's", "insufficient_funds", CancellationToken.None));
        Assert.Equal(PaymentState.Settling, await books.StateAsync(payment));
        Assert.True(await books.Records.FailedAsync(payment.Id, lease, "insufficient_funds", CancellationToken.None));
        Assert.Equal("insufficient_funds", (await books.Records.FindAsync(payment.Id, CancellationToken.None))!.Reason);
        Assert.True(await books.Records.SettledAsync(payment.Id, ScriptedSettlement.Hash, CancellationToken.None));
        Assert.False(await books.Records.FailedAsync(payment.Id, lease, "insufficient_funds", CancellationToken.None));

        var record = (await books.Records.FindAsync(payment.Id, CancellationToken.None))!;
        Assert.Equal((PaymentState.Settled, null, ScriptedSettlement.Hash, store.Clock.Now), (record.State, record.Reason, record.Transaction, record.SettledAt));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_is_settling_or_settled_cannot_be_claimed_dropped_or_taken(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        var payment = new PaymentForm().Payment();
        var lease = await books.BeginSettlingAsync(payment);
        foreach (var state in (PaymentState[])[PaymentState.Settling, PaymentState.Settled])
        {
            if (state == PaymentState.Settled)
            {
                await books.Records.SettledAsync(payment.Id, ScriptedSettlement.Hash, CancellationToken.None);
                store.Clock.Now += TimeSpan.FromHours(1);
                Assert.Null(await books.Records.TakeAsync(payment.Id, CancellationToken.None));
            }

            Assert.False(await books.Records.DropAsync(payment.Id, lease, CancellationToken.None));
            Assert.Null(await books.Records.ClaimAsync(payment, "request", null, CancellationToken.None));
            Assert.Equal(state, await books.StateAsync(payment));
        }
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task An_answer_of_any_length_comes_back_whole_until_its_time_is_over(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        foreach (var length in (int[])[1, 256 * 1024, (256 * 1024) + 1, 3_000_000])
        {
            var (payment, bytes) = (new PaymentForm().Payment(), RandomNumberGenerator.GetBytes(length));
            var lease = await books.BeginSettlingAsync(payment, bytes);

            // Done twice, as where a commit's answer was lost.
            Assert.True(await books.Records.BeginSettlingAsync(payment.Id, lease, "image/png", new MemoryStream(bytes), CancellationToken.None));
            await books.Records.SettledAsync(payment.Id, ScriptedSettlement.Hash, CancellationToken.None);
            using var content = new MemoryStream();
            Assert.Equal("image/png", await books.Answers.ReadAsync(payment.Id, content, CancellationToken.None));
            Assert.Equal(bytes, content.ToArray());

            store.Clock.Now += TimeSpan.FromMinutes(60);
            Assert.Null(await books.Answers.ReadAsync(payment.Id, content, CancellationToken.None));
            Assert.Equal(1, await books.Answers.SweepAsync(CancellationToken.None));
            Assert.Equal(0L, await store.ScalarAsync("SELECT COUNT(*) FROM payment_answer_parts"));
            Assert.Equal(PaymentState.Settled, await books.StateAsync(payment));
        }
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Lists_the_newest_first_and_counts_what_is_pending(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var books = new PaymentBooks(store);
        Assert.Equal((0, null), await books.Records.PendingAsync(CancellationToken.None));
        Payment[] payments = [new PaymentForm().Payment(), new PaymentForm().Payment(), new PaymentForm().Payment()];
        var first = store.Clock.Now;
        foreach (var payment in payments)
        {
            await books.BeginSettlingAsync(payment);
            store.Clock.Now += TimeSpan.FromMinutes(1);
        }

        await books.Records.SettledAsync(payments[1].Id, ScriptedSettlement.Hash, CancellationToken.None);
        Assert.Equal((2, first), await books.Records.PendingAsync(CancellationToken.None));
        Assert.Equal([payments[2].Id, payments[1].Id], (await books.Records.ListAsync(null, 2, CancellationToken.None)).Select(static record => record.Payment.Id), StringComparer.Ordinal);
        Assert.Equal(payments[1].Id, Assert.Single(await books.Records.ListAsync(PaymentState.Settled, 10, CancellationToken.None)).Payment.Id);
    }
}
