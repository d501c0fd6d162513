using System.Collections.Frozen;
using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>
/// Has payments handed in by a facilitator. It may pay and not be able to say so; so whatever isn't a clear answer is unknown, and the same bytes are posted again. An authorization pays once,
/// however often it is handed in.
/// </summary>
/// <param name="facilitator">Whose key sends.</param>
/// <param name="posts">Who was asked before: only the first refusal is certain.</param>
/// <param name="payers">Who failed too often.</param>
/// <param name="proof">Finds on the chain what the facilitator doesn't say.</param>
/// <param name="terms">What the facilitator is told that a payment has to meet.</param>
/// <param name="patience">Time for one settlement.</param>
/// <param name="clock">Measures it.</param>
/// <param name="logger">For the check.</param>
internal sealed class FacilitatorSettlement(
    Facilitator facilitator, FacilitatorPosts posts, FailingPayers payers, PaymentProof proof, PaymentTerms terms, TimeSpan patience, TimeProvider clock, ILogger<FaultCache> logger)
    : ISettlement, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private static readonly PaymentFault HeldOff = new(IsUnavailable: false, PaymentReason.TransactionState);
    private static readonly PaymentFault TooLong = new(IsUnavailable: false, PaymentReason.ValidBefore);

    /// <summary>What a payer can be at fault for: the specification's words, and beside them those that the facilitator of npm's @x402/evm has for the same.</summary>
    private static readonly FrozenDictionary<string, string> PayersFaults = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [PaymentReason.InsufficientFunds] = PaymentReason.InsufficientFunds,
        ["invalid_exact_evm_insufficient_balance"] = PaymentReason.InsufficientFunds,
        [PaymentReason.InvalidSignature] = PaymentReason.InvalidSignature,
        ["invalid_exact_evm_signature"] = PaymentReason.InvalidSignature,
        ["invalid_exact_evm_failed_to_parse_signature"] = PaymentReason.InvalidSignature,
        [PaymentReason.NonceUsed] = PaymentReason.NonceUsed,
        [PaymentReason.ValidAfter] = PaymentReason.ValidAfter,
        [PaymentReason.ValidBefore] = PaymentReason.ValidBefore,
        [PaymentReason.Value(1)] = PaymentReason.Value(1),
        [PaymentReason.Value(2)] = PaymentReason.Value(2),
        ["invalid_exact_evm_authorization_value"] = PaymentReason.Value(2),
        [PaymentReason.RecipientMismatch] = PaymentReason.RecipientMismatch,
        ["invalid_exact_evm_recipient_mismatch"] = PaymentReason.RecipientMismatch,
        [PaymentReason.InvalidPayload] = PaymentReason.InvalidPayload,
        [PaymentReason.TransactionState] = PaymentReason.TransactionState,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FaultCache _check = new(cancellation => LookAsync(facilitator, terms.Network, cancellation), clock, logger);

    /// <inheritdoc/>
    public Task<PaymentFault?> CheckAsync(CancellationToken cancellation) => _check.GetAsync(cancellation);

    /// <inheritdoc/>
    public async Task<PaymentFault?> VerifyAsync(Payment payment, CancellationToken cancellation) =>
        payment.HoldsUntil(clock.GetUtcNow() + PaymentTerms.LongestHold) ? TooLong
        : await payers.IsHeldOffAsync(payment.Authorization.From, cancellation) ? HeldOff
        : !(await facilitator.VerifyAsync(FacilitatorRequest.Of(payment, terms), cancellation)).Succeeded(out var answer, out _) ? new(IsUnavailable: true, PaymentReason.VerifyError)
        : answer.IsDone ? null
        : new(IsUnavailable: answer.Reason is PaymentReason.VerifyError, PayersFault(answer) ?? PaymentReason.VerifyError);

    /// <inheritdoc/>
    public async Task<BigInteger?> BalanceAsync(Address payer, CancellationToken cancellation) =>
        await proof.BalanceAsync(payer, terms.Network, cancellation);

    /// <inheritdoc/>
    public async Task<string?> FindPaidAsync(Payment payment, CancellationToken cancellation)
    {
        if (payment.Network != terms.Network)
        {
            return null;
        }

        var (_, firstAt) = await posts.AddAsync(payment.Id, cancellation);
        return await proof.FindPaidAsync(payment, null, clock.GetUtcNow() - firstAt, cancellation);
    }

    /// <inheritdoc/>
    public async Task<SettlementOutcome> SettleAsync(Payment payment, CancellationToken cancellation, string? lease = null)
    {
        var body = FacilitatorRequest.Of(payment, terms);
        while (true)
        {
            // Before the post: a process that dies in between must not take the next answer for the first.
            var (isFirst, firstAt) = await posts.AddAsync(payment.Id, cancellation);
            var answer = await facilitator.SettleAsync(body, cancellation);
            var outcome = await JudgeAsync(payment, answer.Succeeded(out var verdict, out _) ? verdict : FacilitatorAnswer.None, isFirst, firstAt, cancellation);
            if (outcome is SettlementOutcome.Failed { Fault: var fault })
            {
                await payers.CountAsync(payment.Authorization.From, fault, cancellation);
            }

            if (outcome is not SettlementOutcome.Pending || clock.GetUtcNow() - firstAt >= patience)
            {
                return outcome;
            }

            await Task.Delay(Interval, clock, cancellation);
        }
    }

    public void Dispose() => _check.Dispose();

    private async Task<SettlementOutcome> JudgeAsync(Payment payment, FacilitatorAnswer answer, bool isFirst, DateTimeOffset firstAt, CancellationToken cancellation) => answer switch
    {
        { IsDone: true, Transaction: { } hash } => new SettlementOutcome.Settled(hash.ToString()),
        { IsDone: false, Transaction: null } when isFirst && PayersFault(answer) is { } reason and not PaymentReason.NonceUsed =>
            new SettlementOutcome.Failed(new(IsUnavailable: false, reason)),
        _ => await AskChainAsync(payment, answer, firstAt, cancellation),
    };

    /// <summary>No answer, a success without a hash, trouble at the facilitator's, or a nonce that is spent, perhaps by an earlier post of ours.</summary>
    private async Task<SettlementOutcome> AskChainAsync(Payment payment, FacilitatorAnswer answer, DateTimeOffset firstAt, CancellationToken cancellation)
    {
        // The end before the nonce: what was not spent after the end never will be.
        var isOver = await proof.IsOverAsync(payment, cancellation);
        var isSpent = await proof.IsSpentAsync(payment, cancellation);
        if (isOver && isSpent == false)
        {
            return new SettlementOutcome.Failed(new(IsUnavailable: false, PaymentReason.ValidBefore));
        }

        return (isSpent == true ? await proof.FindSpendingAsync(payment, null, clock.GetUtcNow() - firstAt, cancellation) : Finding.Unknown) switch
        {
            Finding.Paid { Transaction: var hash } => new SettlementOutcome.Settled(hash.ToString()),
            Finding.Unpaid => new SettlementOutcome.Failed(new(IsUnavailable: false, PaymentReason.NonceUsed)),
            _ => new SettlementOutcome.Pending(answer.Transaction?.ToString()),
        };
    }

    private static string? PayersFault(FacilitatorAnswer answer) => answer.Reason is { } reason ? PayersFaults.GetValueOrDefault(reason) : null;

    private static async Task<PaymentFault?> LookAsync(Facilitator facilitator, PaymentNetwork network, CancellationToken cancellation) =>
        !(await facilitator.IsSupportedAsync(network, cancellation)).Succeeded(out var isSupported, out _) ? new(IsUnavailable: true, "the facilitator gives no usable answer")
        : isSupported ? null
        : new(IsUnavailable: true, "the facilitator does not settle on the network that Payments:Network names");
}
