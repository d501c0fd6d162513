using Microsoft.Extensions.Options;

namespace ClearBg.Payments;

/// <summary>
/// Every few seconds, and at the start: goes on with settlements that nobody is at, because their process died or their time was over. Every minute: drops the work of
/// processes that died, and answers past their time. Replicas may do so at once.
/// </summary>
internal sealed partial class PaymentUpkeep(
    PaymentRecords records, PaymentAnswers answers, PaymentCollector collector, PaymentMetrics metrics, IOptions<PaymentsOptions> options, TimeProvider clock, ILogger<PaymentUpkeep> log)
    : IHostedService, IDisposable
{
    /// <summary>Time from one round to the next.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Rounds from one sweep to the next.</summary>
    private const int RoundsPerSweep = 30;

    /// <summary>Settlements that are driven on at once: most of their time is waiting for blocks.</summary>
    private const int AtOnce = 16;

    // Not a BackgroundService: at the end of a start that failed the host takes its cancellation for a fault, and logs it with a stack trace.
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        for (var round = 0; round == 0 || await timer.WaitForNextTickAsync(stopping); round++)
        {
            await TendAsync(isSweep: round % RoundsPerSweep == 0, stopping);
        }
    }

    private async Task TendAsync(bool isSweep, CancellationToken cancellation)
    {
        try
        {
            if (isSweep)
            {
                await SweepAsync(cancellation);
            }

            if (PaymentTerms.Of(options.Value) is { } terms)
            {
                var abandoned = await records.AbandonedAsync(terms.Network, AtOnce, cancellation);
                await Task.WhenAll(abandoned.Select(record => collector.ResumeAsync(record.Payment, cancellation)));
                var (count, since) = await records.PendingAsync(cancellation);
                metrics.ReportPending(count, since);
            }
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // The host ends with a service that throws. The database may be back at the next round.
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

    [LoggerMessage(EventId = 26, Level = LogLevel.Error, Message = "Payments could not be looked after; the next round tries again")]
    private partial void LogFailed(Exception exception);
}
