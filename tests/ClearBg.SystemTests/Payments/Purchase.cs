using System.Net;
using System.Text;
using System.Text.Json;

namespace ClearBg.SystemTests.Payments;

/// <summary>What came back for a picture that was to be paid for.</summary>
/// <param name="Status">Of HTTP.</param>
/// <param name="Headers">By name, without case.</param>
/// <param name="Body">A picture, or JSON.</param>
internal sealed record Purchase(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The error of a payment that was perhaps sent.</summary>
    public const string Pending = "settlement_pending";

    /// <summary>The error of a payment that can't be taken now, and was not used.</summary>
    public const string Unavailable = "payment_unavailable";

    /// <summary>What is wrong, in one of the protocol's or the API's words.</summary>
    public string? Error => Status == HttpStatusCode.OK ? null : Text(Json, "error");

    /// <summary>The transaction that the receipt names, or the answer of a payment that is under way.</summary>
    public string? Transaction => Receipt is { } receipt ? Text(receipt, "transaction") : Text(Json, "transaction");

    /// <summary>Both headers say the same.</summary>
    public JsonElement? Receipt
    {
        get
        {
            Assert.Equal(Headers.GetValueOrDefault("X-PAYMENT-RESPONSE"), Headers.GetValueOrDefault("PAYMENT-RESPONSE"));
            return Headers.TryGetValue("PAYMENT-RESPONSE", out var header) ? JsonSerializer.Deserialize<JsonElement>(Convert.FromBase64String(header)) : null;
        }
    }

    private JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>Reads an answer of HTTP.</summary>
    public static async Task<Purchase> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
            static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Purchase(response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Asserts that it is a picture with a receipt that names the payer and the network.</summary>
    public void AssertIsPicture(string payer, string network)
    {
        Assert.True(Status == HttpStatusCode.OK, Say());
        Assert.Equal("image/png", Headers["Content-Type"]);
        Pictures.AssertIsPng(Body);
        var receipt = Assert.NotNull(Receipt);
        Assert.True(receipt.GetProperty("success").GetBoolean());
        Assert.Equal(network, receipt.GetProperty("network").GetString());
        Assert.Equal(payer, receipt.GetProperty("payer").GetString(), ignoreCase: true);
        Assert.Equal("0x".Length + 64, Transaction!.Length);
    }

    /// <summary>Asserts that it was refused, and in which words; a payer's fault comes with the offer in both forms.</summary>
    public void AssertIsRefused(HttpStatusCode status, string error)
    {
        Assert.True(Status == status && Error == error, $"Expected {(int)status} {error}, got {Say()}");
        Assert.Equal(status == HttpStatusCode.PaymentRequired, Headers.ContainsKey("PAYMENT-REQUIRED"));
        if (status == HttpStatusCode.ServiceUnavailable)
        {
            Assert.True(Json.GetProperty("retryable").GetBoolean());
            Assert.True(Headers.ContainsKey("Retry-After"));
        }
    }

    /// <summary>For people.</summary>
    public string Say() => $"{(int)Status} {Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 400)))}";

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
