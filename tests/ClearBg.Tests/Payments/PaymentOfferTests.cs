using System.Text.Json.Nodes;
using ClearBg.Payments;

namespace ClearBg.Tests.Payments;

/// <summary>What the published clients check of an offer before they pay.</summary>
public class PaymentOfferTests
{
    public static TheoryData<string> Networks => [.. PaymentNetwork.All.Select(static network => network.Name)];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Version_1_has_every_member_that_its_client_checks_and_no_null(string name)
    {
        Assert.True(PaymentNetwork.TryFind(name, out var network));
        var offer = JsonNode.Parse(PaymentOffer.Body(PaymentForm.Terms(network), "payment_required", "Pay."))!;

        Assert.True(JsonNode.DeepEquals(offer, new JsonObject
        {
            ["x402Version"] = 1, ["error"] = "payment_required", ["message"] = "Pay.", ["retryable"] = false,
            ["accepts"] = new JsonArray(new JsonObject
            {
                ["scheme"] = "exact", ["network"] = name, ["maxAmountRequired"] = "50000", ["resource"] = "https://api.example.com/v1/remove-background",
                ["description"] = "Removes the background of one picture", ["mimeType"] = "image/png", ["payTo"] = PaymentForm.PayTo, ["maxTimeoutSeconds"] = 120,
                ["asset"] = network.Usdc.ToString(), ["extra"] = new JsonObject { ["name"] = network.TokenName, ["version"] = "2" },
            }),
        }));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Version_2_names_the_network_by_caip_2_and_fits_a_proxys_buffer(string name)
    {
        Assert.True(PaymentNetwork.TryFind(name, out var network));
        var terms = PaymentForm.Terms(network) with { Resource = "https://" + new string('a', 210) + PaymentTerms.Path };
        var header = PaymentOffer.HeaderValue(terms, "invalid_exact_evm_payload_authorization_value_mismatch");
        var offer = JsonNode.Parse(Convert.FromBase64String(header))!;

        // With about 900 bytes of other headers it stays below 4,096.
        Assert.InRange(header.Length, 1, 3100);
        Assert.Equal(2, (int)offer["x402Version"]!);
        Assert.Matches("^eip155:[0-9]+$", (string)offer["accepts"]![0]!["network"]!);
        Assert.Equal(("50000", network.Caip2), ((string)offer["accepts"]![0]!["amount"]!, (string)offer["accepts"]![0]!["network"]!));
        Assert.Matches("^[ -~]{1,32}$", (string)offer["resource"]!["serviceName"]!);
        Assert.InRange(offer["resource"]!["tags"]!.AsArray().Count, 1, 5);
        Assert.Equal(["payment-identifier", "bazaar"], offer["extensions"]!.AsObject().Select(static extension => extension.Key), StringComparer.Ordinal);
    }

    /// <summary>A v2 client gives back the entry that it was offered.</summary>
    [Fact]
    public void What_is_offered_is_accepted()
    {
        var terms = PaymentForm.Terms();
        var offered = JsonNode.Parse(Convert.FromBase64String(PaymentOffer.HeaderValue(terms, "payment_required")))!["accepts"]![0]!;
        var form = new PaymentForm { Change = json => json["accepted"] = offered.DeepClone() };

        Assert.True(PaymentMessage.TryParse(form.Header(), out var message));
        Assert.True(PaymentVerification.TryRead(message, out var payment, out var reason), reason);
        Assert.Null(PaymentVerification.Mismatch(message, payment, terms));
    }
}
