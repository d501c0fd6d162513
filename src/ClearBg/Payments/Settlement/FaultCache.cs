namespace ClearBg.Payments.Settlement;

/// <summary>
/// Whether payments can be taken, asked anew every few seconds while anybody wants to know. One caller asks; the others get the last finding meanwhile, so that a node that is slow to fail
/// holds nobody up.
/// </summary>
internal sealed partial class FaultCache(Func<CancellationToken, Task<PaymentFault?>> look, TimeProvider clock, ILogger<FaultCache> logger) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private volatile Seen? _last;
    private Task<PaymentFault?>? _looking;

    /// <summary>The fault, or null where there is none.</summary>
    /// <param name="cancellation">Ends the wait. The look goes on, for everyone else.</param>
    public async Task<PaymentFault?> GetAsync(CancellationToken cancellation)
    {
        Task<PaymentFault?> looking;
        lock (_lock)
        {
            if (_last is { } known && (IsFresh(known) || _looking is not null))
            {
                return known.Fault;
            }

            looking = _looking ??= Task.Run(LookAsync);
        }

        return await looking.WaitAsync(cancellation);
    }

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private async Task<PaymentFault?> LookAsync()
    {
        try
        {
            var fault = await look(_ended.Token);
            if (_last is null || fault != _last.Fault)
            {
                Log(fault);
            }

            _last = new Seen(fault, clock.GetUtcNow());
            return fault;
        }
        finally
        {
            lock (_lock)
            {
                _looking = null;
            }
        }
    }

    private bool IsFresh(Seen seen) => clock.GetUtcNow() - seen.At < Freshness;

    private void Log(PaymentFault? fault)
    {
        if (fault is null)
        {
            LogTaken();
        }
        else
        {
            LogNotTaken(fault.Reason);
        }
    }

    [LoggerMessage(EventId = 42, Level = LogLevel.Information, Message = "Payments are taken")]
    private partial void LogTaken();

    [LoggerMessage(EventId = 43, Level = LogLevel.Error, Message = "Payments are not taken: {Reason}")]
    private partial void LogNotTaken(string reason);

    private sealed record Seen(PaymentFault? Fault, DateTimeOffset At);
}
