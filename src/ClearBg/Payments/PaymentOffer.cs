using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ClearBg.Payments;

/// <summary>
/// What x402 clients are told when nothing was paid: v1's body and v2's header, both at once, so that either finds its own. The published v1 client checks every
/// entry, and throws on a null, a relative resource, a fractional time-out or a missing description; v2's on a CAIP-2 network that is none and a long service name.
/// </summary>
internal static class PaymentOffer
{
    /// <summary>The header of v2's offer. With everything else in an answer's head it stays below 4 KB, which is all that nginx takes by default.</summary>
    public const string Header = "PAYMENT-REQUIRED";

    /// <summary>The v2 extension by which clients name a payment themselves.</summary>
    public const string IdentifierExtension = "payment-identifier";

    private const string Description = "Removes the background of one picture";
    private const string MediaType = "image/png";

    // How to call us, as the extension "bazaar" has it, and the form of a payment-identifier. Constants: nothing of a request gets in here.
    private static readonly JsonElement Extensions = JsonDocument.Parse("""
        {"payment-identifier":{"info":{"required":false},"schema":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
        "properties":{"required":{"type":"boolean"},"id":{"type":"string","minLength":16,"maxLength":128,"pattern":"^[a-zA-Z0-9_-]+$"}},"required":["required"]}},
        "bazaar":{"info":{"input":{"type":"http","method":"POST","bodyType":"form-data","queryParams":{"format":"png"},"body":{"image_file":"photo.jpg"}},
        "output":{"type":"image/png"}},
        "schema":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"input":{"type":"object","properties":{
        "type":{"type":"string","const":"http"},"method":{"type":"string","enum":["POST"]},"bodyType":{"type":"string","enum":["form-data"]},
        "queryParams":{"type":"object","properties":{"format":{"type":"string","enum":["png","webp"]}}},
        "body":{"type":"object","properties":{"image_file":{"type":"string"}},"required":["image_file"]}},"required":["type","method","bodyType","body"]},
        "output":{"type":"object","properties":{"type":{"type":"string"}},"required":["type"]}},"required":["input"]}}}
        """).RootElement;

    /// <summary>v1's body.</summary>
    /// <param name="terms">What is to be paid.</param>
    /// <param name="reason">Of <see cref="PaymentReason"/>.</param>
    /// <param name="message">The same for people.</param>
    public static byte[] Body(PaymentTerms terms, string reason, string message) =>
        JsonSerializer.SerializeToUtf8Bytes(new OfferV1(1, reason, message, false, [EntryV1(terms)]), OfferJson.Default.OfferV1);

    /// <summary>v2's header.</summary>
    /// <param name="terms">What is to be paid.</param>
    /// <param name="reason">Of <see cref="PaymentReason"/>.</param>
    public static string HeaderValue(PaymentTerms terms, string reason) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(
        new OfferV2(
            2,
            reason,
            new OfferedResource(terms.Resource, Description, MediaType, "ClearBg", ["image", "background-removal"]),
            [EntryV2(terms)],
            Extensions),
        OfferJson.Default.OfferV2));

    /// <summary>The one entry of either.</summary>
    public static JsonNode Entry(PaymentTerms terms, int version) =>
        (version == 1 ? JsonSerializer.SerializeToNode(EntryV1(terms), OfferJson.Default.OfferedV1) : JsonSerializer.SerializeToNode(EntryV2(terms), OfferJson.Default.OfferedV2))!;

    private static OfferedV1 EntryV1(PaymentTerms terms) => new(
        PaymentTerms.Scheme, terms.Network.Name, Number(terms.Amount), terms.Resource, Description, MediaType, terms.PayTo.ToString(), PaymentTerms.TimeoutSeconds,
        terms.Network.Usdc.ToString(), TokenOf(terms));

    private static OfferedV2 EntryV2(PaymentTerms terms) => new(
        PaymentTerms.Scheme, terms.Network.Caip2, Number(terms.Amount), terms.Network.Usdc.ToString(), terms.PayTo.ToString(), PaymentTerms.TimeoutSeconds, TokenOf(terms));

    private static OfferedToken TokenOf(PaymentTerms terms) => new(terms.Network.TokenName, terms.Network.TokenVersion);

    private static string Number(long amount) => amount.ToString(CultureInfo.InvariantCulture);
}

/// <summary>v1: <c>PaymentRequirementsResponse</c>; message and retryable are ours, and nobody else minds them.</summary>
internal sealed record OfferV1(int X402Version, string Error, string Message, bool Retryable, IReadOnlyList<OfferedV1> Accepts);

internal sealed record OfferedV1(
    string Scheme, string Network, string MaxAmountRequired, string Resource, string Description, string MimeType, string PayTo, int MaxTimeoutSeconds, string Asset, OfferedToken Extra);

/// <summary>v2: <c>PaymentRequired</c>.</summary>
internal sealed record OfferV2(int X402Version, string Error, OfferedResource Resource, IReadOnlyList<OfferedV2> Accepts, JsonElement Extensions);

/// <param name="Url">Absolute.</param>
/// <param name="Description">For people and agents.</param>
/// <param name="MimeType">Of the answer.</param>
/// <param name="ServiceName">At most 32 ASCII characters.</param>
/// <param name="Tags">At most 5.</param>
internal sealed record OfferedResource(string Url, string Description, string MimeType, string ServiceName, IReadOnlyList<string> Tags);

internal sealed record OfferedV2(string Scheme, string Network, string Amount, string Asset, string PayTo, int MaxTimeoutSeconds, OfferedToken Extra);

/// <summary>What the token's EIP-712 domain holds beside the chain and the contract.</summary>
internal sealed record OfferedToken(string Name, string Version);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OfferV1))]
[JsonSerializable(typeof(OfferV2))]
internal sealed partial class OfferJson : JsonSerializerContext;
