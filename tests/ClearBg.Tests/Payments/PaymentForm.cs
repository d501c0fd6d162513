using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ClearBg.Payments;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments;

/// <summary>A payment as a client would fill it in, every field of which a test can get wrong. Nobody signs: what a signature is worth is another part's matter.</summary>
internal sealed record PaymentForm
{
    public const string PayTo = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

    public int Version { get; init; } = 2;

    public string From { get; init; } = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    public string To { get; init; } = PayTo;

    public string Value { get; init; } = "50000";

    public string ValidAfter { get; init; } = "0";

    public string ValidBefore { get; init; } = DateTimeOffset.UtcNow.AddSeconds(120).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public string Nonce { get; init; } = Hex.Format(RandomNumberGenerator.GetBytes(32));

    public string Signature { get; init; } = "0x" + new string('1', 130);

    public string Scheme { get; init; } = "exact";

    public PaymentNetwork Network { get; init; } = PaymentNetwork.BaseSepolia;

    /// <summary>In place of the network's own name.</summary>
    public string? NetworkName { get; init; }

    public string? Identifier { get; init; }

    /// <summary>Whatever else a test does to the JSON.</summary>
    public Action<JsonObject> Change { get; init; } = static _ => { };

    public string Json()
    {
        var payload = new JsonObject
        {
            ["signature"] = Signature,
            ["authorization"] = new JsonObject
            {
                ["from"] = From, ["to"] = To, ["value"] = Value, ["validAfter"] = ValidAfter, ["validBefore"] = ValidBefore, ["nonce"] = Nonce,
            },
        };
        var name = NetworkName ?? Network.NameIn(Version);
        var json = Version == 1
            ? new JsonObject { ["x402Version"] = 1, ["scheme"] = Scheme, ["network"] = name, ["payload"] = payload }
            : new JsonObject
            {
                ["x402Version"] = Version,
                ["payload"] = payload,
                ["accepted"] = new JsonObject
                {
                    ["scheme"] = Scheme, ["network"] = name, ["amount"] = "50000", ["asset"] = Network.Usdc.ToString().ToLowerInvariant(), ["payTo"] = PayTo.ToLowerInvariant(),
                    ["maxTimeoutSeconds"] = 120, ["extra"] = new JsonObject { ["name"] = Network.TokenName, ["version"] = Network.TokenVersion },
                },
            };
        if (Identifier is not null)
        {
            json["extensions"] = new JsonObject { ["payment-identifier"] = new JsonObject { ["info"] = new JsonObject { ["required"] = false, ["id"] = Identifier } } };
        }

        Change(json);
        return json.ToJsonString();
    }

    public string Header() => Convert.ToBase64String(Encoding.UTF8.GetBytes(Json()));

    /// <summary>The terms that the form's defaults meet.</summary>
    public static PaymentTerms Terms(PaymentNetwork? network = null) =>
        new(network ?? PaymentNetwork.BaseSepolia, Address.TryParse(PayTo, out var payTo) ? payTo : default, 50_000, "https://api.example.com/v1/remove-background");

    /// <summary>The payment that it is, which must hold.</summary>
    public Payment Payment()
    {
        Assert.True(PaymentMessage.TryParse(Header(), out var message));
        Assert.True(PaymentVerification.TryRead(message, out var payment, out var reason), reason);
        Assert.Null(PaymentVerification.Mismatch(message, payment, Terms(Network)));
        return payment;
    }
}
