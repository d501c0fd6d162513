using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Api;
using ClearBg.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Payments;

/// <summary>What becomes of settlements after their request, or their process, is gone.</summary>
public sealed class PaymentUpkeepTests : IAsyncLifetime, IDisposable
{
    private TestStore _store = null!;
    private PaymentBooks _books = null!;

    public async Task InitializeAsync()
    {
        _store = await TestStore.CreateAsync();
        _books = new PaymentBooks(_store);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _books.Dispose();

    [Fact]
    public async Task After_a_restart_every_settlement_goes_on_and_dropped_work_is_forgotten()
    {
        Payment[] settling = [.. Enumerable.Range(0, 20).Select(static _ => new PaymentForm().Payment())];
        foreach (var payment in settling)
        {
            await _books.BeginSettlingAsync(payment);
        }

        await _books.Records.ClaimAsync(new PaymentForm().Payment(), "request", null, CancellationToken.None);
        _store.Clock.Now += PaymentRecords.LeaseTime;
        var ticks = new Ticks();
        using var restarted = new PaymentBooks(_store, new LateTicks(_store.Clock, ticks));

        await restarted.Upkeep.StartAsync(CancellationToken.None);
        await Gateway.EventuallyAsync(() => restarted.Settlement.Settlements == 16);
        await Gateway.EventuallyAsync(() =>
        {
            ticks.Tick();
            return restarted.Settlement.Settlements == 20;
        });
        await Gateway.EventuallyAsync(() => _store.ScalarAsync("SELECT COUNT(*) FROM payments WHERE state = 'settled'").GetAwaiter().GetResult() is 20L);
        await restarted.Upkeep.StopAsync(CancellationToken.None);

        Assert.Equal(20, (await restarted.Records.ListAsync(PaymentState.Settled, 100, CancellationToken.None)).Count);
        Assert.Equal(20L, await _store.ScalarAsync("SELECT COUNT(*) FROM payments"));
        Assert.Equal(TimeSpan.FromSeconds(2), ticks.Period.Period);
    }

    [Fact]
    public async Task Settlements_that_take_for_ever_hold_up_no_others()
    {
        var stuck = await AbandonAsync();
        var ticks = new Ticks();
        using var restarted = new PaymentBooks(_store, new LateTicks(_store.Clock, ticks));
        restarted.Settlement.Settle = static payment => payment.Authorization.ValidAfter == 7
            ? Task.FromResult<SettlementOutcome>(new SettlementOutcome.Settled(ScriptedSettlement.Hash))
            : new TaskCompletionSource<SettlementOutcome>().Task;
        await restarted.Upkeep.StartAsync(CancellationToken.None);
        await Gateway.EventuallyAsync(() => restarted.Settlement.Settlements == 1);

        var other = await AbandonAsync(new PaymentForm { ValidAfter = "7" });
        await Gateway.EventuallyAsync(() =>
        {
            ticks.Tick();
            return _books.StateAsync(other).GetAwaiter().GetResult() == PaymentState.Settled;
        });
        await restarted.Upkeep.StopAsync(CancellationToken.None);

        Assert.Equal(PaymentState.Settling, await _books.StateAsync(stuck));
    }

    /// <summary>On the chain that is configured nothing would be found of it, and it would count as failed though it was paid.</summary>
    [Fact]
    public async Task A_settlement_of_another_network_waits_until_that_one_is_configured_again()
    {
        var payment = await AbandonAsync(new PaymentForm { Network = PaymentNetwork.Base });

        Assert.Equal(new SettlementOutcome.Pending(null), await _books.Collector.ResumeAsync(payment, CancellationToken.None));

        Assert.Equal((0, PaymentState.Settling), (_books.Settlement.Settlements, await _books.StateAsync(payment)));
        Assert.Equal((1, 0), (
            await _books.Records.CountStrandedAsync(PaymentNetwork.BaseSepolia, CancellationToken.None), await _books.Records.CountStrandedAsync(PaymentNetwork.Base, CancellationToken.None)));
    }

    [Fact]
    public async Task What_is_unknown_is_asked_for_again_after_a_pause_and_keeps_its_hash()
    {
        var payment = await AbandonAsync();
        _books.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Pending(ScriptedSettlement.Hash));
        Assert.IsType<SettlementOutcome.Pending>(await _books.Collector.ResumeAsync(payment, CancellationToken.None));

        Assert.Empty(await _books.Records.AbandonedAsync(payment.Network, 1, CancellationToken.None));
        _store.Clock.Now += PaymentRecords.LeastPause + TimeSpan.FromSeconds(1);
        Assert.Single(await _books.Records.AbandonedAsync(payment.Network, 1, CancellationToken.None));
        _books.Settlement.Settle = static _ => throw new TimeoutException();
        Assert.Equal(new SettlementOutcome.Pending(null), await _books.Collector.ResumeAsync(payment, CancellationToken.None));

        var record = (await _books.Records.FindAsync(payment.Id, CancellationToken.None))!;
        Assert.Equal((PaymentState.Settling, ScriptedSettlement.Hash), (record.State, record.Transaction));
        Assert.Equal(2, _books.Settlement.Settlements);
    }

    [Fact]
    public async Task A_certain_failure_of_the_payers_ends_it_and_one_of_ours_leaves_the_payment_as_good_as_before()
    {
        var (theirs, ours) = (await AbandonAsync(), await AbandonAsync());
        _books.Settlement.Settle = payment => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Failed(new PaymentFault(payment.Id == ours.Id, "insufficient_funds")));

        await _books.Collector.ResumeAsync(theirs, CancellationToken.None);
        await _books.Collector.ResumeAsync(ours, CancellationToken.None);

        Assert.Equal((PaymentState.Failed, "insufficient_funds"), (await _books.Records.FindAsync(theirs.Id, CancellationToken.None)) is { } record ? (record.State, record.Reason) : default);
        Assert.Null(await _books.StateAsync(ours));
        Assert.Equal(0L, await _store.ScalarAsync("SELECT COUNT(*) FROM payment_answers"));
    }

    [Fact]
    public async Task A_process_that_stops_lets_go_at_once()
    {
        var payment = await AbandonAsync();
        using var stopping = new CancellationTokenSource();
        _books.Settlement.Settle = static async _ => await new TaskCompletionSource<SettlementOutcome>().Task;
        var resuming = _books.Collector.ResumeAsync(payment, stopping.Token);
        await Gateway.EventuallyAsync(() => _books.Settlement.Settlements == 1);

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resuming);

        Assert.NotNull(await _books.Records.TakeAsync(payment.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_lease_is_renewed_as_long_as_it_is_ours_and_says_when_it_is_not()
    {
        var payment = new PaymentForm().Payment();
        var token = (await _books.Records.ClaimAsync(payment, "request", null, CancellationToken.None))!;
        var ticks = new Ticks();
        await using var lease = new PaymentLease(_books.Records, payment.Id, token, ticks, NullLogger.Instance);

        Assert.Equal(PaymentRecords.LeaseTime / 3, ticks.Period.Period);
        _store.Clock.Now += PaymentRecords.LeaseTime / 2;
        ticks.Tick();
        await Gateway.EventuallyAsync(() => LeasedUntil() == _store.Clock.Now + PaymentRecords.LeaseTime);
        Assert.False(lease.Lost.IsCancellationRequested);

        _store.Clock.Now += PaymentRecords.LeaseTime;
        Assert.NotNull(await _books.Records.ClaimAsync(payment, "request", null, CancellationToken.None));
        ticks.Tick();
        await Gateway.EventuallyAsync(() => lease.Lost.IsCancellationRequested);

        DateTimeOffset? LeasedUntil() => _books.Records.FindAsync(payment.Id, CancellationToken.None).GetAwaiter().GetResult()?.LeasedUntil;
    }

    [Fact]
    public async Task The_meter_says_what_came_in_what_failed_why_and_what_is_pending()
    {
        ConcurrentDictionary<string, double> seen = new(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == PaymentMetrics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        using var books = new PaymentBooks(_store);
        listener.RecordObservableInstruments();
        Assert.DoesNotContain(Mine(books, "clearbg.payments.settler.balance"), seen.Keys);

        books.Metrics.CountSettled();
        books.Metrics.CountFailed("insufficient_funds");
        books.Metrics.ReportPending(3, _store.Clock.Now - TimeSpan.FromSeconds(7));
        books.Metrics.SettlerBalance = 0.25;
        listener.RecordObservableInstruments();

        Assert.Equal((1, 1), (seen[Mine(books, "clearbg.payments.settled")], seen[Mine(books, "clearbg.payments.failed") + " reason insufficient_funds"]));
        Assert.Equal((3, 7, 0.25), (seen[Mine(books, "clearbg.payments.pending")], seen[Mine(books, "clearbg.payments.pending.age")], seen[Mine(books, "clearbg.payments.settler.balance")]));

        // Other tests have meters of this name too.
        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            seen[string.Join(' ', (string[])[$"{instrument.Meter.Scope?.GetHashCode()}", instrument.Name, .. tags.ToArray().Select(static tag => $"{tag.Key} {tag.Value}")])] = value;
        }

        static string Mine(PaymentBooks books, string name) => $"{books.MeterScope.GetHashCode()} {name}";
    }

    /// <summary>A payment whose process died while it was settling.</summary>
    private async Task<Payment> AbandonAsync(PaymentForm? form = null)
    {
        var payment = (form ?? new PaymentForm()).Payment();
        await _books.BeginSettlingAsync(payment);
        _store.Clock.Now += PaymentRecords.LeaseTime;
        return payment;
    }

    /// <summary>The first timer ticks when it is told to; leases have theirs after it, and never need them here.</summary>
    private sealed class LateTicks(TimeProvider clock, Ticks first) : TimeProvider
    {
        private bool _isTaken;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = _isTaken ? new Ticks() : first;
            _isTaken = true;
            return timer.CreateTimer(callback, state, dueTime, period);
        }
    }
}
