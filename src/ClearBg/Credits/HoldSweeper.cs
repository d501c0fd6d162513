using ClearBg.Operations;
using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>Every minute, and at the start: returns holds that outlived their process, and forgets idempotency records and windows past their time. Replicas may sweep at once.</summary>
internal sealed partial class HoldSweeper(CreditLedger ledger, IdempotencyKeys idempotency, RateWindows windows, TimeProvider clock, ILogger<HoldSweeper> logger)
    : Upkeep(TimeSpan.FromMinutes(1), clock)
{
    protected override async Task TendAsync(long round, CancellationToken stopping)
    {
        var holds = await ledger.ExpireAsync(stopping);
        await idempotency.SweepAsync(stopping);
        await windows.SweepAsync(stopping);
        if (holds > 0)
        {
            LogReturned(holds);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Holds past their lifetime whose credits went back into the balances: {Holds}")]
    private partial void LogReturned(int holds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Holds past their lifetime could not be returned; the next sweep tries again")]
    protected override partial void LogFailed(Exception exception);
}
