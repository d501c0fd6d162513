namespace ClearBg.Payments;

/// <summary>
/// Why a payment is refused, in the words of x402's specification: clients compare them, so nothing else is ever said in their place, a chain's or a
/// facilitator's own text least of all.
/// </summary>
internal static class PaymentReason
{
    /// <summary>Not of the specification, which leaves the first refusal's text open: nothing was paid yet.</summary>
    public const string Required = "payment_required";

    public const string InvalidVersion = "invalid_x402_version";
    public const string InvalidPayload = "invalid_payload";
    public const string UnsupportedScheme = "unsupported_scheme";
    public const string InvalidNetwork = "invalid_network";
    public const string RecipientMismatch = "invalid_exact_evm_payload_recipient_mismatch";
    public const string ValidAfter = "invalid_exact_evm_payload_authorization_valid_after";
    public const string ValidBefore = "invalid_exact_evm_payload_authorization_valid_before";
    public const string NonceUsed = "invalid_exact_evm_nonce_already_used";
    public const string InvalidSignature = "invalid_exact_evm_payload_signature";
    public const string InsufficientFunds = "insufficient_funds";
    public const string TransactionState = "invalid_transaction_state";
    public const string VerifyError = "unexpected_verify_error";
    public const string SettleError = "unexpected_settle_error";

    private const string ValueInVersion1 = "invalid_exact_evm_payload_authorization_value";
    private const string ValueInVersion2 = "invalid_exact_evm_payload_authorization_value_mismatch";

    /// <summary>The amount isn't the price; the two versions say it differently.</summary>
    public static string Value(int version) => version == 1 ? ValueInVersion1 : ValueInVersion2;
}
