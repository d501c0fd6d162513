using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ClearBg.Payments;

/// <summary>
/// What an operator watches about payments: the meter <c>ClearBg.Payments</c>. What is pending is as of the last look into the database, which every process takes for
/// itself: of several that share one, any says it for all.
/// </summary>
internal sealed class PaymentMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ClearBg.Payments";

    private readonly Counter<long> _settled;
    private readonly Counter<long> _failed;
    private readonly TimeProvider _clock;
    private Snapshot _snapshot = new(0, null);

    /// <summary>Not a nullable one: those are not read and written at once.</summary>
    private double _settlerBalance = double.NaN;

    public PaymentMetrics(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create(MeterName);
        _settled = meter.CreateCounter<long>("clearbg.payments.settled", "{payment}", "Payments that came in.");
        _failed = meter.CreateCounter<long>("clearbg.payments.failed", "{payment}", "Payments refused or failed, by reason.");
        meter.CreateObservableGauge("clearbg.payments.pending", () => _snapshot.Pending, "{payment}", "Payments that were perhaps sent, and are not known to be settled.");
        meter.CreateObservableGauge("clearbg.payments.pending.age", PendingSeconds, "s", "Age of the oldest of them.");
        meter.CreateObservableGauge("clearbg.payments.settler.balance", Balances, "{ether}", "What the settler has for gas.");
    }

    /// <summary>Ether of the settler's account, as settlement saw it last; null where there is no account of our own.</summary>
    public double? SettlerBalance
    {
        get => double.IsNaN(_settlerBalance) ? null : _settlerBalance;
        set => _settlerBalance = value ?? double.NaN;
    }

    public void CountSettled() => _settled.Add(1);

    /// <param name="reason">Of <see cref="PaymentReason"/>: a fixed vocabulary, so the number of series is bounded.</param>
    public void CountFailed(string reason) => _failed.Add(1, new TagList { { "reason", reason } });

    /// <summary>Takes note of what is settling, and since when.</summary>
    public void ReportPending(long count, DateTimeOffset? since) => _snapshot = new(count, since);

    private double PendingSeconds() => _snapshot.Since is { } since ? Math.Max(0, (_clock.GetUtcNow() - since).TotalSeconds) : 0;

    private IEnumerable<Measurement<double>> Balances() => SettlerBalance is { } ether ? [new(ether)] : [];

    private sealed record Snapshot(long Pending, DateTimeOffset? Since);
}
