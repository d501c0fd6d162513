using System.Collections.Frozen;
using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>
/// Has payments handed in by a facilitator. What it says only tells where to look: whether a payment came, the chain knows. What isn't found there yet is unknown, and posted again: an
/// authorization pays once, however often it is handed in.
/// </summary>
/// <param name="facilitator">Whose key sends.</param>
/// <param name="posts">Who was asked before: only the first refusal is certain.</param>
/// <param name="transactions">What a key of our own sent, before the operator took a facilitator.</param>
/// <param name="payers">Who failed too often.</param>
/// <param name="token">Whether the node is the right one, and the token as it should be.</param>
/// <param name="proof">Finds payments on the chain.</param>
/// <param name="terms">What the facilitator is told that a payment has to meet.</param>
/// <param name="patience">Time for one settlement.</param>
/// <param name="clock">Measures it.</param>
/// <param name="logger">For the check.</param>
internal sealed class FacilitatorSettlement(
    Facilitator facilitator, FacilitatorPosts posts, SentTransactions transactions, FailingPayers payers, TokenCheck token, PaymentProof proof, PaymentTerms terms, TimeSpan patience,
    TimeProvider clock, ILogger<FaultCache> logger)
    : ISettlement, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private static readonly PaymentFault HeldOff = new(IsUnavailable: false, PaymentReason.TransactionState);
    private static readonly PaymentFault TooLong = new(IsUnavailable: false, PaymentReason.ValidBefore);
    private static readonly PaymentFault Spent = new(IsUnavailable: false, PaymentReason.NonceUsed);
    private static readonly PaymentFault Unverified = new(IsUnavailable: true, PaymentReason.VerifyError);

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

    private readonly FaultCache _check = new(cancellation => LookAsync(facilitator, token, terms.Network, cancellation), clock, logger);

    /// <inheritdoc/>
    public Task<PaymentFault?> CheckAsync(CancellationToken cancellation) => _check.GetAsync(cancellation);

    /// <inheritdoc/>
    public async Task<PaymentFault?> VerifyAsync(Payment payment, CancellationToken cancellation) =>
        payment.HoldsUntil(clock.GetUtcNow() + PaymentTerms.LongestHold) ? TooLong
        : await payers.IsHeldOffAsync(payment.Authorization.From, cancellation) ? HeldOff
        : await proof.IsSpentAsync(payment, null, cancellation) switch
        {
            // Facilitators don't all look. It may have bought something else from whoever is paid here.
            true => Spent,
            false => await AskAsync(payment, cancellation),
            null => Unverified,
        };

    /// <inheritdoc/>
    public async Task<BigInteger?> BalanceAsync(Address payer, CancellationToken cancellation) =>
        await proof.BalanceAsync(payer, terms.Network, cancellation);

    /// <inheritdoc/>
    public async Task<Finding> FindPaidAsync(Payment payment, CancellationToken cancellation) =>
        payment.Network != terms.Network ? Finding.Unknown : await proof.FindPaidAsync(payment, null, cancellation);

    /// <inheritdoc/>
    public async Task<SettlementOutcome> SettleAsync(Payment payment, string lease, CancellationToken cancellation)
    {
        var body = FacilitatorRequest.Of(payment, terms);
        while (true)
        {
            // Before the post: a process that dies in between must not take the next answer for the first.
            var (isFirst, firstAt) = await posts.AddAsync(payment.Id, cancellation);
            var answer = await facilitator.SettleAsync(body, cancellation);
            var outcome = await JudgeAsync(payment, answer.Succeeded(out var verdict, out _) ? verdict : FacilitatorAnswer.None, isFirst, cancellation);
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

    private async Task<SettlementOutcome> JudgeAsync(Payment payment, FacilitatorAnswer answer, bool isFirst, CancellationToken cancellation)
    {
        if (answer is { IsDone: true, Transaction: { } said } && await proof.JudgeAsync(payment, said, cancellation) is Finding.Paid)
        {
            return new SettlementOutcome.Settled(said.ToString());
        }

        // The end before the nonce: what was not spent after the end never will be.
        var isOver = await proof.IsOverAsync(payment, cancellation);
        var isSpent = await proof.IsSpentAsync(payment, null, cancellation);
        if (isSpent == false && isOver)
        {
            await transactions.CloseAsync(payment.Id, cancellation);
            return new SettlementOutcome.Failed(new(IsUnavailable: false, PaymentReason.ValidBefore));
        }

        if (isSpent == false && isFirst && answer is { IsDone: false, Transaction: null } && PayersFault(answer) is { } reason and not PaymentReason.NonceUsed)
        {
            return new SettlementOutcome.Failed(new(IsUnavailable: false, reason));
        }

        return (isSpent == true ? await proof.FindSpendingAsync(payment, null, cancellation) : Finding.Unknown) switch
        {
            Finding.Paid { Transaction: var hash } => new SettlementOutcome.Settled(hash.ToString()),
            Finding.Unpaid => new SettlementOutcome.Failed(Spent),
            _ => new SettlementOutcome.Pending(answer.Transaction?.ToString()),
        };
    }

    private async Task<PaymentFault?> AskAsync(Payment payment, CancellationToken cancellation) =>
        !(await facilitator.VerifyAsync(FacilitatorRequest.Of(payment, terms), cancellation)).Succeeded(out var answer, out _) ? Unverified
        : answer.IsDone ? null
        : new(IsUnavailable: answer.Reason is PaymentReason.VerifyError, PayersFault(answer) ?? PaymentReason.VerifyError);

    private static string? PayersFault(FacilitatorAnswer answer) => answer.Reason is { } reason ? PayersFaults.GetValueOrDefault(reason) : null;

    private static async Task<PaymentFault?> LookAsync(Facilitator facilitator, TokenCheck token, PaymentNetwork network, CancellationToken cancellation) =>
        await token.LookAsync(cancellation) is { } fault ? fault
        : !(await facilitator.IsSupportedAsync(network, cancellation)).Succeeded(out var isSupported, out _) ? new(IsUnavailable: true, "the facilitator gives no usable answer")
        : isSupported ? null
        : new(IsUnavailable: true, "the facilitator does not settle on the network that Payments:Network names");
}
