using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>
/// Whether a payment would go through now.
/// <code>
///  1 the payer           not held off after payments that failed
///  2 code at its address none: the signature must be its key's; some: the contract is asked (ERC-1271)
///  3 the whole call      simulated on the newest block, for no more gas than a payment is worth
/// </code>
/// A signature wrapped for a contract that isn't there yet (ERC-6492) is refused in step 2: it is no key's, and there is no code.
/// </summary>
/// <param name="node">The chain.</param>
/// <param name="caller">On whose behalf calls are simulated: who will send them.</param>
/// <param name="payers">Step 1.</param>
/// <param name="fees">What gas costs.</param>
internal sealed class ChainVerification(EthereumNode node, Address caller, FailingPayers payers, FeePolicy fees)
{
    private static readonly PaymentFault WrongSignature = new(IsUnavailable: false, PaymentReason.InvalidSignature);
    private static readonly PaymentFault Unavailable = new(IsUnavailable: true, PaymentReason.VerifyError);

    /// <summary>Null when it would.</summary>
    public async Task<PaymentFault?> VerifyAsync(Payment payment, CancellationToken cancellation)
    {
        var payer = payment.Authorization.From;
        if (await payers.IsHeldOffAsync(payer, cancellation))
        {
            return new PaymentFault(IsUnavailable: false, PaymentReason.TransactionState);
        }

        if (!(await node.CodeAsync(payer, cancellation)).Succeeded(out var code, out _))
        {
            return Unavailable;
        }

        var own = payment.OwnSignature();
        var fault = code.Length > 0 ? await AskContractAsync(payment, cancellation)
            : own is null ? WrongSignature
            : null;
        return fault ?? await SimulateAsync(payment, own, cancellation);
    }

    private async Task<PaymentFault?> SimulateAsync(Payment payment, Signature? own, CancellationToken cancellation)
    {
        var call = PaymentCall.Of(payment, own);
        if (!(await node.EstimateGasAsync(caller, payment.Network.Usdc, call, cancellation)).Succeeded(out var gas, out var failure))
        {
            return failure is NodeFailure.Refusal refusal && Revert.Text(refusal) is { } text ? RevertReason.Of(text) : Unavailable;
        }

        // As much as any other payment takes was looked at before payments were offered.
        return gas <= FeePolicy.TypicalGas ? null
            : !(await fees.QuoteAsync(call.Length, cancellation)).Succeeded(out var quote, out _) ? Unavailable
            : fees.IsTooDear(quote, gas) ? new PaymentFault(IsUnavailable: false, PaymentReason.TransactionState)
            : fees.IsAffordable(quote, gas) && !await payers.AreDearHeldOffAsync(cancellation) ? null
            : Unavailable;
    }

    private async Task<PaymentFault?> AskContractAsync(Payment payment, CancellationToken cancellation)
    {
        var call = Usdc.IsValidSignature(payment.Authorization.Digest(payment.Network.Domain), payment.Signature);
        return (await node.CallAsync(caller, payment.Authorization.From, call, cancellation)).Succeeded(out var answer, out var failure)
            ? Usdc.IsAccepted(answer) ? null : WrongSignature
            : failure is NodeFailure.Refusal refusal && Revert.Text(refusal) is not null ? WrongSignature
            : Unavailable;
    }
}
