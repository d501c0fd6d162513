using ClearBg.Payments.Ethereum;
using ClearBg.Storage;

namespace ClearBg.Payments.Settlement;

/// <summary>
/// Payers whose payments look good and then fail: the money was moved or the authorization cancelled while the picture was made. Each such failure costs work and perhaps gas; after a few of them
/// the payer waits. All processes count together.
/// </summary>
internal sealed class FailingPayers(RateWindows windows, TimeProvider clock)
{
    /// <summary>Failures in a window that are borne.</summary>
    private const int Most = 3;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Whether no payment of this payer is taken for now.</summary>
    public async Task<bool> IsHeldOffAsync(Address payer, CancellationToken cancellation) =>
        (await windows.LookAsync(Subject(payer), Most, clock.GetUtcNow() + Window, cancellation)).Remaining == 0;

    /// <summary>Counts a failure after the work was done. An authorization that ended meanwhile held long enough at first: it was kept waiting, by us or by the chain.</summary>
    public Task CountAsync(Address payer, PaymentFault fault, CancellationToken cancellation) => fault is { IsUnavailable: false, Reason: not PaymentReason.ValidBefore }
        ? windows.TakeAsync(Subject(payer), 1, Most, clock.GetUtcNow() + Window, cancellation)
        : Task.CompletedTask;

    private static string Subject(Address payer) => $"failed-payments:{payer}";
}
