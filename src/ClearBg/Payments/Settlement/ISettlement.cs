using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>Turns signed authorizations into money: by our own key, or by a facilitator.</summary>
internal interface ISettlement
{
    /// <summary>
    /// Null when payments can be taken; else why not, for the operator (DOMAIN_SEPARATOR differs, RPC unreachable, token paused, no gas money). Cheap: cached,
    /// refreshed in the background or at most every few seconds.
    /// </summary>
    Task<PaymentFault?> CheckAsync(CancellationToken cancellation);

    /// <summary>Step 5: signature (EOA or ERC-1271) and simulation. Changes nothing. Null when it would go through now.</summary>
    Task<PaymentFault?> VerifyAsync(Payment payment, CancellationToken cancellation);

    /// <summary>What the payer has of the token now; null where that can't be told.</summary>
    Task<BigInteger?> BalanceAsync(Address payer, CancellationToken cancellation);

    /// <summary>Whether a payment is paid, whoever handed it in. Sends nothing.</summary>
    Task<Finding> FindPaidAsync(Payment payment, CancellationToken cancellation);

    /// <summary>
    /// Step 8 and 9: sends it unless it was sent before, and follows it until it is settled, has certainly failed, or patience is over. May be called again for the
    /// same payment, in any process, after any crash: never pays twice, drives on what is pending. Patience counts from the first sending: later calls make one step.
    /// </summary>
    /// <param name="payment">In the state settling.</param>
    /// <param name="lease">The caller's on the payment: nothing new is signed once it is someone else's.</param>
    /// <param name="cancellation">Stops it: an <see cref="OperationCanceledException"/>.</param>
    Task<SettlementOutcome> SettleAsync(Payment payment, string lease, CancellationToken cancellation);
}

/// <summary>Why a payment is refused.</summary>
/// <param name="IsUnavailable">False: the payer's fault (402). True: ours or the chain's (503), and the payment stays usable.</param>
/// <param name="Reason">Of <see cref="PaymentReason"/>; from <see cref="ISettlement.CheckAsync"/> a few words for the operator.</param>
internal sealed record PaymentFault(bool IsUnavailable, string Reason);

/// <summary>What became of a payment.</summary>
internal abstract record SettlementOutcome
{
    private SettlementOutcome()
    {
    }

    /// <summary>It is ours.</summary>
    /// <param name="Transaction">The hash, 0x and 64 digits.</param>
    internal sealed record Settled(string Transaction) : SettlementOutcome;

    /// <summary>Certain: nothing was and nothing can be paid by what we sent. Where the fault is ours (unavailable), the payment stays usable.</summary>
    internal sealed record Failed(PaymentFault Fault) : SettlementOutcome;

    /// <summary>Unknown: it may have been sent, and may still come.</summary>
    /// <param name="Transaction">The hash that it was sent under last; null where none is known.</param>
    internal sealed record Pending(string? Transaction) : SettlementOutcome;
}
