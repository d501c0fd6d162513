namespace ClearBg.Operations;

/// <summary>What a server looks after by itself: a round at the start and one at every interval, one after the other, until it stops. What goes wrong in a round is logged, and the next one tries again.</summary>
/// <param name="interval">Time from one round to the next.</param>
/// <param name="clock">Measures it.</param>
internal abstract class Upkeep(TimeSpan interval, TimeProvider clock) : IHostedService, IDisposable
{
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

    /// <summary>One round.</summary>
    /// <param name="round">How many came before.</param>
    /// <param name="stopping">The server's end.</param>
    protected abstract Task TendAsync(long round, CancellationToken stopping);

    /// <summary>Says what went wrong in a round.</summary>
    protected abstract void LogFailed(Exception exception);

    /// <summary>Waits for what rounds have begun and not waited for; <see cref="TendAsync"/>'s cancellation has come by then.</summary>
    protected virtual Task EndAsync() => Task.CompletedTask;

    private async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            for (var round = 0L; round == 0 || await timer.WaitForNextTickAsync(stopping); round++)
            {
                try
                {
                    await TendAsync(round, stopping);
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    // The database may be back for the next one.
                    LogFailed(e);
                }
            }
        }
        finally
        {
            await EndAsync();
        }
    }
}
