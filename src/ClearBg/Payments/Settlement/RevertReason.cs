namespace ClearBg.Payments.Settlement;

/// <summary>What USDC says when it refuses an authorization, in x402's words. The token's texts are FiatTokenV2_2's; those of its predecessors are the same.</summary>
internal static class RevertReason
{
    private static readonly (string Text, string Reason)[] Table =
    [
        ("transfer amount exceeds balance", PaymentReason.InsufficientFunds),
        ("authorization is used or canceled", PaymentReason.NonceUsed),
        ("authorization is expired", PaymentReason.ValidBefore),
        ("authorization is not yet valid", PaymentReason.ValidAfter),
        ("invalid signature", PaymentReason.InvalidSignature),
        ("account is blacklisted", PaymentReason.TransactionState),
    ];

    /// <summary>Who is at fault, and the reason that the payer is told. A paused token is nobody's fault here, and payments wait until it is not.</summary>
    /// <param name="text">The contract's.</param>
    public static PaymentFault Of(string text) =>
        text.Contains("paused", StringComparison.Ordinal) ? new(IsUnavailable: true, PaymentReason.TransactionState)
        : new(IsUnavailable: false, Array.Find(Table, row => text.Contains(row.Text, StringComparison.Ordinal)).Reason ?? PaymentReason.TransactionState);
}
