using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>Every minute, and at the start: returns holds that outlived their process, and forgets idempotency records and windows past their time. Replicas may sweep at once.</summary>
internal sealed partial class HoldSweeper(CreditLedger ledger, IdempotencyKeys idempotency, RateWindows windows, TimeProvider clock, ILogger<HoldSweeper> logger) : IHostedService, IDisposable
{
    /// <summary>Time from one sweep to the next.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

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
        do
        {
            await SweepAsync(stopping);
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        try
        {
            var holds = await ledger.ExpireAsync(cancellation);
            await idempotency.SweepAsync(cancellation);
            await windows.SweepAsync(cancellation);
            if (holds > 0)
            {
                LogReturned(holds);
            }
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // The host ends with a service that throws. The database may be back in a minute.
            LogFailed(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Holds past their lifetime whose credits went back into the balances: {Holds}")]
    private partial void LogReturned(int holds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Holds past their lifetime could not be returned; the next sweep tries again")]
    private partial void LogFailed(Exception exception);
}
