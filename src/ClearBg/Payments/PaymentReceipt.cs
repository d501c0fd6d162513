using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClearBg.Payments;

/// <summary>What the payer is told about the settlement, x402's <c>SettleResponse</c>: base64 of JSON in two headers, v1's and v2's.</summary>
internal static class PaymentReceipt
{
    /// <summary>v1's header and v2's.</summary>
    public static IReadOnlyList<string> Headers { get; } = ["X-PAYMENT-RESPONSE", "PAYMENT-RESPONSE"];

    /// <summary>The money came.</summary>
    public static string Success(Payment payment, string transaction) => Encode(new SettleResponse(true, null, transaction, payment.NetworkName, payment.Authorization.From.ToString()));

    /// <summary>It certainly did not, and nothing is owed.</summary>
    public static string Failure(Payment payment, string reason) => Encode(new SettleResponse(false, reason, "", payment.NetworkName, payment.Authorization.From.ToString()));

    private static string Encode(SettleResponse response) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(response, ReceiptJson.Default.SettleResponse));
}

/// <param name="Success">Whether the money is ours.</param>
/// <param name="ErrorReason">Of <see cref="PaymentReason"/>; left out on success.</param>
/// <param name="Transaction">The hash; empty without success.</param>
/// <param name="Network">In the words of the payment's version.</param>
/// <param name="Payer">EIP-55.</param>
internal sealed record SettleResponse(bool Success, string? ErrorReason, string Transaction, string Network, string Payer);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SettleResponse))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
