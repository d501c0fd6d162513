using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments;

/// <summary>
/// A payment as a client sent it: base64 of JSON, of x402 v1 or v2, whichever the JSON says and not the header that it came in. Every member that the version
/// needs is there and a text; what the texts hold is another matter (<see cref="PaymentVerification"/>).
/// </summary>
/// <param name="Version">As it says. One that is neither 1 nor 2 has nothing else.</param>
/// <param name="Accepted">What the client says that it pays for.</param>
/// <param name="Authorization">What it signed.</param>
/// <param name="Signature">Under it.</param>
/// <param name="Identifier">The client's own name for this payment, an extension of v2; null for none.</param>
internal sealed record PaymentMessage(int Version, AcceptedTerms Accepted, AuthorizationText Authorization, string Signature, string? Identifier)
{
    /// <summary>Characters of a header that are looked at.</summary>
    public const int MostCharacters = 32 * 1024;

    private static readonly SearchValues<char> IdentifierCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Reads a header's value. False for what is no payment at all: too long, no base64, no JSON, or of a wrong shape.</summary>
    public static bool TryParse(string header, [NotNullWhen(true)] out PaymentMessage? message)
    {
        message = null;
        if (header.Length > MostCharacters)
        {
            return false;
        }

        try
        {
            using var json = JsonDocument.Parse(Convert.FromBase64String(header), Strict);
            message = Read(json.RootElement);
        }
        catch (Exception e) when (e is FormatException or JsonException or DecoderFallbackException or InvalidOperationException)
        {
            // InvalidOperationException: a text that isn't Unicode is only noticed when it is asked for.
            return false;
        }

        return message is not null;
    }

    private static PaymentMessage? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("x402Version", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var version))
        {
            return null;
        }

        if (version is not (1 or 2))
        {
            return new PaymentMessage(version, AcceptedTerms.None, AuthorizationText.None, "", null);
        }

        var accepted = version == 1 ? AcceptedTerms.ReadV1(json) : json.Member("accepted") is { } entry ? AcceptedTerms.ReadV2(entry) : null;
        return accepted is not null
            && json.Member("payload") is { } payload && payload.Text("signature") is { } signature
            && payload.Member("authorization") is { } signed && AuthorizationText.Read(signed) is { } authorization
            && TryReadIdentifier(version, json, out var identifier)
            ? new PaymentMessage(version, accepted, authorization, signature, identifier)
            : null;
    }

    /// <summary>extensions → payment-identifier → info → id. A client that echoes our offer of the extension without an id uses none.</summary>
    private static bool TryReadIdentifier(int version, JsonElement json, out string? identifier)
    {
        identifier = null;
        if (version == 1 || json.Member("extensions")?.Member(PaymentOffer.IdentifierExtension)?.Member("info")?.Member("id") is not { } id)
        {
            return true;
        }

        identifier = id.Text();
        return identifier is { Length: >= 16 and <= 128 } && !identifier.AsSpan().ContainsAnyExcept(IdentifierCharacters);
    }
}

/// <summary>The terms that a client says it accepted; v1 sends two of them only.</summary>
/// <param name="Scheme">As sent, like everything here.</param>
/// <param name="Network">In the version's words.</param>
/// <param name="Entry">The rest of v2's entry; null in v1.</param>
internal sealed record AcceptedTerms(string Scheme, string Network, AcceptedEntry? Entry)
{
    public static readonly AcceptedTerms None = new("", "", null);

    public static AcceptedTerms? ReadV1(JsonElement json) =>
        json.Text("scheme") is { } scheme && json.Text("network") is { } network ? new AcceptedTerms(scheme, network, null) : null;

    public static AcceptedTerms? ReadV2(JsonElement json) => ReadV1(json) is { } terms && AcceptedEntry.Read(json) is { } entry ? terms with { Entry = entry } : null;
}

/// <summary>The entry of our offer as a v2 client gives it back.</summary>
internal sealed record AcceptedEntry(string Amount, string Asset, string PayTo, long TimeoutSeconds, string TokenName, string TokenVersion)
{
    public static AcceptedEntry? Read(JsonElement json) =>
        json.Text("amount") is { } amount && json.Text("asset") is { } asset && json.Text("payTo") is { } payTo
        && json.TryGetProperty("maxTimeoutSeconds", out var timeout) && timeout.ValueKind == JsonValueKind.Number && timeout.TryGetInt64(out var seconds)
        && json.Member("extra") is { } extra && extra.Text("name") is { } name && extra.Text("version") is { } version
            ? new AcceptedEntry(amount, asset, payTo, seconds, name, version)
            : null;
}

/// <summary>EIP-3009's six members as texts.</summary>
internal sealed record AuthorizationText(string From, string To, string Value, string ValidAfter, string ValidBefore, string Nonce)
{
    public static readonly AuthorizationText None = new("", "", "", "", "", "");

    public static AuthorizationText? Read(JsonElement json) =>
        json.Text("from") is { } from && json.Text("to") is { } to && json.Text("value") is { } value
        && json.Text("validAfter") is { } after && json.Text("validBefore") is { } before && json.Text("nonce") is { } nonce
            ? new AuthorizationText(from, to, value, after, before, nonce)
            : null;
}
