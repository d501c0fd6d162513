using System.Globalization;
using System.Text.Json.Nodes;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>
/// What a facilitator is sent to <c>/verify</c> and <c>/settle</c>: the payment and the terms that it has to meet, in the payment's own version of x402. Made of the stored payment and our
/// configuration alone: the same whenever it is sent again, but for what the operator changes.
/// </summary>
internal static class FacilitatorRequest
{
    public static JsonObject Of(Payment payment, PaymentTerms terms)
    {
        // The price and the recipient may be others by now: what was taken is settled by the terms that it was taken by.
        var met = terms with { PayTo = payment.Authorization.To, Amount = (long)payment.Authorization.Value };
        return new()
        {
            ["x402Version"] = payment.Version,
            ["paymentPayload"] = Payload(payment, met),
            ["paymentRequirements"] = PaymentOffer.Entry(met, payment.Version),
        };
    }

    private static JsonObject Payload(Payment payment, PaymentTerms terms)
    {
        var signed = payment.Authorization;
        var payload = new JsonObject
        {
            ["signature"] = Hex.Format(payment.Signature),
            ["authorization"] = new JsonObject
            {
                ["from"] = signed.From.ToString(),
                ["to"] = signed.To.ToString(),
                ["value"] = signed.Value.ToString(CultureInfo.InvariantCulture),
                ["validAfter"] = signed.ValidAfter.ToString(CultureInfo.InvariantCulture),
                ["validBefore"] = signed.ValidBefore.ToString(CultureInfo.InvariantCulture),
                ["nonce"] = signed.Nonce.ToString(),
            },
        };
        return payment.Version == 1
            ? new() { ["x402Version"] = 1, ["scheme"] = PaymentTerms.Scheme, ["network"] = payment.NetworkName, ["payload"] = payload }
            : new() { ["x402Version"] = 2, ["accepted"] = PaymentOffer.Entry(terms, 2), ["payload"] = payload };
    }
}
