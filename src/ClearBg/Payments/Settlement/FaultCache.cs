namespace ClearBg.Payments.Settlement;

/// <summary>
/// Whether payments can be taken, asked anew every few seconds while anybody wants to know. One caller asks; the others get the last finding meanwhile, so that a node that is slow to fail
/// holds nobody up.
/// </summary>
internal sealed partial class FaultCache(Func<CancellationToken, Task<PaymentFault?>> look, TimeProvider clock, ILogger<FaultCache> logger) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Seen? _last;

    /// <summary>The fault, or null where there is none.</summary>
    public async Task<PaymentFault?> GetAsync(CancellationToken cancellation)
    {
        if (_last is { } known && IsFresh(known))
        {
            return known.Fault;
        }

        if (!await _turn.WaitAsync(_last is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellation))
        {
            return _last?.Fault;
        }

        try
        {
            if (_last is { } newer && IsFresh(newer))
            {
                return newer.Fault;
            }

            var fault = await look(cancellation);
            if (_last is null || fault != _last.Fault)
            {
                Log(fault);
            }

            _last = new Seen(fault, clock.GetUtcNow());
            return fault;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

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
