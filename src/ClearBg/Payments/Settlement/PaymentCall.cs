using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>How a payment is handed to the token.</summary>
internal static class PaymentCall
{
    /// <summary>The signature where it is the payer's own key's; null where it is none, or that of a contract's owners.</summary>
    public static Signature? OwnSignature(this Payment payment) =>
        Signature.Parse(payment.Signature) is { } signature && signature.Recover(payment.Authorization.Digest(payment.Network.Domain)) == payment.Authorization.From ? signature : null;

    /// <summary>
    /// The call: with v, r and s of a key, which makes 27 or 28 of a v of 0 or 1; or with the signature as it came, for the payer's contract to judge. The token itself looks
    /// whether the payer has code, and asks it in both forms.
    /// </summary>
    public static byte[] Of(Payment payment) => Of(payment, payment.OwnSignature());

    /// <summary>As <see cref="Of(Payment)"/>, where <see cref="OwnSignature"/>, which takes milliseconds, is known.</summary>
    public static byte[] Of(Payment payment, Signature? own) =>
        own is not null ? Usdc.Transfer(payment.Authorization, own) : Usdc.Transfer(payment.Authorization, payment.Signature);
}
