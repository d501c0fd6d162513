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

    /// <summary>The same for all payers together, of payments that took more gas than a key's do.</summary>
    private const int MostDear = 20;

    private const string Dear = "failed-payments";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Whether no payment of this payer is taken for now.</summary>
    public async Task<bool> IsHeldOffAsync(Address payer, CancellationToken cancellation) =>
        (await windows.LookAsync(Subject(payer), Most, clock.GetUtcNow() + Window, cancellation)).Remaining == 0;

    /// <summary>Counts a failure after the work was done. An authorization that ended meanwhile held long enough at first: it was kept waiting, by us or by the chain.</summary>
    public Task CountAsync(Address payer, PaymentFault fault, CancellationToken cancellation) => fault is { IsUnavailable: false, Reason: not PaymentReason.ValidBefore }
        ? windows.TakeAsync(Subject(payer), 1, Most, clock.GetUtcNow() + Window, cancellation)
        : Task.CompletedTask;

    /// <summary>Whether no payment that takes more gas than a key's is taken for now, whoever pays: contracts are made as fast as payers.</summary>
    public async Task<bool> AreDearHeldOffAsync(CancellationToken cancellation) =>
        (await windows.LookAsync(Dear, MostDear, clock.GetUtcNow() + Window, cancellation)).Remaining == 0;

    /// <summary>Counts such a payment that is in a block without having paid.</summary>
    public Task CountDearAsync(CancellationToken cancellation) => windows.TakeAsync(Dear, 1, MostDear, clock.GetUtcNow() + Window, cancellation);

    private static string Subject(Address payer) => $"failed-payments:{payer}";
}
