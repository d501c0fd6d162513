using ClearBg.Operations;
using Microsoft.Extensions.Options;

namespace ClearBg.Payments;

/// <summary>
/// Every few seconds, and at the start: goes on with settlements that nobody is at, because their process died or their time was over; one that takes long holds up no other.
/// Every minute: drops the work of processes that died, and answers past their time, and looks whether payments can be taken. Replicas may do so at once.
/// </summary>
internal sealed partial class PaymentUpkeep(
    PaymentRecords records, PaymentAnswers answers, PaymentCollector collector, PaymentMetrics metrics, IOptions<PaymentsOptions> options, TimeProvider clock, ILogger<PaymentUpkeep> log)
    : Upkeep(TimeSpan.FromSeconds(2), clock)
{
    /// <summary>Rounds from one sweep to the next.</summary>
    private const int RoundsPerSweep = 30;

    /// <summary>Settlements that are driven on at once: most of their time is waiting for blocks.</summary>
    private const int AtOnce = 16;

    private readonly List<Task> _resuming = [];

    protected override async Task TendAsync(long round, CancellationToken stopping)
    {
        var terms = PaymentTerms.Of(options.Value);
        if (round == 0 && await records.CountStrandedAsync(terms?.Network, stopping) is > 0 and var stranded)
        {
            LogStranded(stranded);
        }

        if (round % RoundsPerSweep == 0)
        {
            await SweepAsync(stopping);
        }

        if (terms is not null)
        {
            _resuming.RemoveAll(static task => task.IsCompleted);
            var abandoned = await records.AbandonedAsync(terms.Network, AtOnce - _resuming.Count, stopping);
            _resuming.AddRange(abandoned.Select(record => ResumeAsync(record.Payment, stopping)));
            var (count, since) = await records.PendingAsync(stopping);
            metrics.ReportPending(count, since);
            if (round % RoundsPerSweep == 0)
            {
                await collector.LookAsync(stopping);
            }
        }
    }

    protected override Task EndAsync() => Task.WhenAll(_resuming);

    private async Task ResumeAsync(Payment payment, CancellationToken cancellation)
    {
        try
        {
            await collector.ResumeAsync(payment, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            LogFailed(e);
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        if (await records.SweepAsync(cancellation) is > 0 and var dropped)
        {
            LogDropped(dropped);
        }

        await answers.SweepAsync(cancellation);
    }

    [LoggerMessage(EventId = 25, Level = LogLevel.Warning, Message = "Claims of processes that died at work, whose payments are as good as before: {Claims}")]
    private partial void LogDropped(int claims);

    [LoggerMessage(EventId = 28, Level = LogLevel.Warning, Message = "Payments that are settling on a network that is not configured, and wait until it is: {Payments}")]
    private partial void LogStranded(long payments);

    [LoggerMessage(EventId = 26, Level = LogLevel.Error, Message = "Payments could not be looked after; the next round tries again")]
    protected override partial void LogFailed(Exception exception);
}
