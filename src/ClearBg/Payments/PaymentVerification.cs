using System.Diagnostics.CodeAnalysis;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments;

/// <summary>
/// Everything about a payment that can be checked without the chain. What it pays is compared with our own terms; never with the client's copy of them, which it may have
/// made up.
/// </summary>
internal static class PaymentVerification
{
    /// <summary>Bytes of a signature; a contract's may hold several of a key's.</summary>
    private const int MostSignatureBytes = 4096;

    /// <summary>Makes a payment of a message: enough to tell whether it was here before. Whether it is what we ask for is <see cref="Mismatch"/>'s to say.</summary>
    /// <param name="message">As it came.</param>
    /// <param name="payment">The payment, where it is one.</param>
    /// <param name="reason">Of <see cref="PaymentReason"/>, where it isn't.</param>
    public static bool TryRead(PaymentMessage message, [NotNullWhen(true)] out Payment? payment, [NotNullWhen(false)] out string? reason)
    {
        var (version, accepted) = (message.Version, message.Accepted);
        var network = PaymentNetwork.All.FirstOrDefault(known => Equal(accepted.Network, known.NameIn(version)));
        payment = null;
        reason = version is not (1 or 2) ? PaymentReason.InvalidVersion
            : !Equal(accepted.Scheme, PaymentTerms.Scheme) ? PaymentReason.UnsupportedScheme
            : network is null ? PaymentReason.InvalidNetwork
            : null;
        if (reason is not null)
        {
            return false;
        }

        if (Read(message.Authorization) is not { } authorization || !Hex.TryParse(message.Signature, out var signature) || signature.Length is 0 or > MostSignatureBytes)
        {
            reason = PaymentReason.InvalidPayload;
            return false;
        }

        payment = new Payment(version, network!, authorization, signature);
        return true;
    }

    /// <summary>
    /// Why a payment isn't what we ask for; null where it is. Only of one that was never here before: terms may change while a payment is on its way, and whoever paid by the old
    /// ones has paid. Whether it is the time for it is another matter (<see cref="Untimely"/>).
    /// </summary>
    /// <param name="message">What the payment was read from.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="terms">Ours.</param>
    public static string? Mismatch(PaymentMessage message, Payment payment, PaymentTerms terms) =>
        payment.Network != terms.Network ? PaymentReason.InvalidNetwork
        : Unaccepted(message.Version, message.Accepted, terms) ?? Unsigned(message.Version, payment.Authorization, terms);

    /// <summary>
    /// Why a payment can't be made now, for it must hold already, and long enough for the work and the settlement; null where it can. Only of one that was never here
    /// before: one that was made is good for its picture for ever.
    /// </summary>
    public static string? Untimely(Payment payment, DateTimeOffset now) =>
        payment.Authorization.ValidAfter >= now.ToUnixTimeSeconds() ? PaymentReason.ValidAfter
        : payment.HoldsUntil(now + PaymentTerms.SettlementTime + PaymentTerms.ExpectedWork) ? null
        : PaymentReason.ValidBefore;

    /// <summary>Whether the client says that it accepted something else.</summary>
    private static string? Unaccepted(int version, AcceptedTerms accepted, PaymentTerms terms) =>
        accepted.Entry is not { } entry ? null
        : !UInt256.TryParseDecimal(entry.Amount, out var amount) || amount != terms.Amount ? PaymentReason.Value(version)
        : !Address.TryParse(entry.PayTo, out var payTo) || payTo != terms.PayTo ? PaymentReason.RecipientMismatch
        : !Address.TryParse(entry.Asset, out var asset) || asset != terms.Network.Usdc
            || entry.TimeoutSeconds != PaymentTerms.TimeoutSeconds || !Equal(entry.TokenName, terms.Network.TokenName) || !Equal(entry.TokenVersion, terms.Network.TokenVersion)
            ? PaymentReason.InvalidPayload
        : null;

    private static TransferAuthorization? Read(AuthorizationText text) =>
        Address.TryParse(text.From, out var from) && Address.TryParse(text.To, out var to)
        && UInt256.TryParseDecimal(text.Value, out var value) && UInt256.TryParseDecimal(text.ValidAfter, out var after) && UInt256.TryParseDecimal(text.ValidBefore, out var before)
        && Bytes32.TryParse(text.Nonce, out var nonce)
            ? new TransferAuthorization(from, to, value, after, before, nonce)
            : null;

    /// <summary>Whether it signed something else. Whoever pays themselves moves nothing.</summary>
    private static string? Unsigned(int version, TransferAuthorization signed, PaymentTerms terms) =>
        signed.To != terms.PayTo ? PaymentReason.RecipientMismatch
        : signed.From == terms.PayTo ? PaymentReason.InvalidPayload
        : signed.Value != terms.Amount ? PaymentReason.Value(version)
        : null;

    private static bool Equal(string sent, string ours) => string.Equals(sent, ours, StringComparison.Ordinal);
}
