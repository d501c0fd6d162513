namespace ClearBg.Payments;

/// <summary>
/// This process's right to be at a payment, renewed until it is disposed. It ends by itself where it can't be renewed: another process then takes the payment for
/// abandoned, and what was begun here must not go further.
/// </summary>
internal sealed partial class PaymentLease : IAsyncDisposable
{
    /// <summary>A third of its time: two renewals can fail before anyone notices.</summary>
    private static readonly TimeSpan RenewalInterval = PaymentRecords.LeaseTime / 3;

    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly PaymentRecords _records;
    private readonly ILogger _log;
    private readonly Task _renewing;

    /// <param name="records">Where it is renewed.</param>
    /// <param name="paymentId">Of the payment.</param>
    /// <param name="token">What the claim gave, or the taking over of a settlement.</param>
    /// <param name="clock">Runs the renewals.</param>
    /// <param name="log">Gets what kept one from happening.</param>
    public PaymentLease(PaymentRecords records, string paymentId, string token, TimeProvider clock, ILogger log)
    {
        (_records, PaymentId, Token, _log) = (records, paymentId, token, log);
        _renewing = RenewAsync(clock);
    }

    public string PaymentId { get; }

    /// <summary>What tells it from every other lease.</summary>
    public string Token { get; }

    /// <summary>Cancelled when it went to someone else.</summary>
    public CancellationToken Lost => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync(TimeProvider clock)
    {
        using var timer = new PeriodicTimer(RenewalInterval, clock);
        while (await timer.WaitForNextTickAsync(_ended.Token))
        {
            try
            {
                if (!await _records.RenewAsync(PaymentId, Token, _ended.Token))
                {
                    await _lost.CancelAsync();
                    return;
                }
            }
            catch (Exception e) when (!_ended.IsCancellationRequested)
            {
                // The database may be back for the next one; if not, the step that needs the lease fails.
                LogUnrenewed(e);
            }
        }
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "A lease on a payment could not be renewed")]
    private partial void LogUnrenewed(Exception exception);
}
