using System.Text.Json;
using System.Text.Json.Nodes;
using ClearBg.Jobs;
using ClearBg.Payments;
using static ClearBg.Api.OpenApi.OpenApiParts;

namespace ClearBg.Api.OpenApi;

/// <summary>The description of the paid API.</summary>
internal static class PaymentDescription
{
    private const string Json = "application/json";

    public static JsonObject Removal()
    {
        var responses = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "The cut-out, paid for.",
                ["headers"] = Headers(
                    [.. PaymentReceipt.Headers.Select(static header => (header, "The receipt: base64 of JSON with success, transaction, network and payer.")),
                    ("Server-Timing", "Milliseconds of each step; not where the same request was answered before."),
                    ("Cache-Control", "no-store"),
                    ("X-Request-Id", "This request's name in the log.")]),
                ["content"] = new JsonObject
                {
                    ["image/png"] = new JsonObject { ["schema"] = File("8-bit RGBA.") },
                    ["image/webp"] = new JsonObject { ["schema"] = File("RGBA.") },
                },
            },
        };
        AddFailures(responses, PaymentErrors.Failures, Json, "PaymentError", PaymentErrors.StatusOf, ErrorExample);

        // A payment that is none is answered with the offer as well; it has the error's members too.
        responses["400"]!["headers"] = Headers((PaymentOffer.Header, "The offer for x402 v2, where the payment's header is no payment."));
        responses["400"]!["content"]![Json]!["schema"] = new JsonObject { ["anyOf"] = new JsonArray(Reference("PaymentError"), Reference("PaymentRequired")) };
        responses["400"]!["content"]!["text/html"] = Page("The same offer for people.");
        responses["402"] = PaymentRequired(withReceipts: true);
        responses["405"] = MethodNotAllowed();
        return new JsonObject
        {
            ["operationId"] = "removeBackgroundForPayment",
            ["summary"] = "Removes the background of a picture for one payment by x402, v1 or v2.",
            ["description"] = "Sent without a payment it answers 402 with what is to be paid, before the body is read. Nothing is charged for a picture that failed, "
                + "and the same request with the same payment is answered again without a charge.",
            ["security"] = new JsonArray(),
            ["parameters"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "format", ["in"] = "query", ["description"] = "Of the answer.",
                    ["schema"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("png", "webp"), ["default"] = "png" },
                },
                PaymentHeader("PAYMENT-SIGNATURE", "x402 v2's payment: base64 of JSON. Either header takes either version, and only one is sent."),
                PaymentHeader("X-PAYMENT", "x402 v1's.")),
            ["requestBody"] = new JsonObject
            {
                ["description"] = "A request without a payment, which asks for the price, can come without it.",
                ["required"] = false,
                ["content"] = new JsonObject(
                [
                    .. PaymentBody.MediaTypes.Select(static type => KeyValuePair.Create(type, (JsonNode?)new JsonObject { ["schema"] = File("The picture.") })),
                    KeyValuePair.Create("multipart/form-data", (JsonNode?)new JsonObject
                    {
                        ["schema"] = new JsonObject
                        {
                            ["type"] = "object", ["description"] = "One of the two.",
                            ["properties"] = new JsonObject { ["image_file"] = File("The picture."), ["image"] = File("The picture.") },
                        },
                    }),
                ]),
            },
            ["responses"] = responses,
        };
    }

    /// <summary>What a browser sees.</summary>
    public static JsonObject Page() => new()
    {
        ["operationId"] = "showPaymentPage",
        ["summary"] = "Says to people what a picture costs; only to browsers.",
        ["security"] = new JsonArray(),
        ["responses"] = new JsonObject
        {
            ["402"] = PaymentRequired(withReceipts: false),
            ["405"] = MethodNotAllowed(),
            ["429"] = Failure(FailureCode.RateLimited),
            ["503"] = Failure(FailureCode.PaymentUnavailable),
        },
    };

    /// <summary>x402 v1's body of a 402.</summary>
    public static JsonObject RequiredBody() => Object(
        ("x402Version", Integer("1")),
        ("error", Text("For programs, of x402's vocabulary.")),
        ("message", Text("For people.")),
        ("retryable", Boolean("false: the same request, without another payment, is refused again.")),
        ("accepts", new JsonObject
        {
            ["type"] = "array",
            ["items"] = Object(
                ("scheme", Text("exact")), ("network", Text("base or base-sepolia")), ("maxAmountRequired", Text("In millionths of a USDC.")), ("resource", Text("This address.")),
                ("description", Text("What is sold.")), ("mimeType", Text("Of the answer.")), ("payTo", Text("Who is paid.")), ("maxTimeoutSeconds", Integer("How long the payment should hold.")),
                ("asset", Text("The USDC contract.")), ("extra", Object(("name", Text("Of the token, as it is signed.")), ("version", Text("Likewise."))))),
        }));

    public static JsonObject ErrorBody()
    {
        var error = Object(("error", Text("For programs.")), ("message", Text("For people.")), ("retryable", Boolean("Whether the same request may succeed later.")));
        error["properties"]!["transaction"] = Text("The hash that the payment was sent under, where it is pending.");
        return error;
    }

    private static JsonObject PaymentRequired(bool withReceipts) => new()
    {
        ["description"] = "A payment is needed, or the one that came is refused.",
        ["headers"] = Headers(
            [(PaymentOffer.Header, "The offer for x402 v2: base64 of JSON."), .. withReceipts
                ? PaymentReceipt.Headers.Select(static header => (header, "A receipt without success, where the settlement was tried and failed.")) : []]),
        ["content"] = new JsonObject
        {
            [Json] = new JsonObject { ["schema"] = Reference("PaymentRequired") },
            ["text/html"] = Page("The same for people."),
        },
    };

    private static JsonObject Page(string description) => new() { ["schema"] = Text(description) };

    private static JsonObject MethodNotAllowed()
    {
        var response = Failure(FailureCode.MethodNotAllowed);
        response["headers"] = Headers(("Allow", "What the path has."));
        return response;
    }

    private static JsonObject Failure(FailureCode code)
    {
        var responses = new JsonObject();
        AddFailures(responses, [code], Json, "PaymentError", PaymentErrors.StatusOf, ErrorExample);
        var response = responses.Single().Value!.AsObject();
        responses.Clear();
        return response;
    }

    private static JsonObject PaymentHeader(string name, string description) =>
        new() { ["name"] = name, ["in"] = "header", ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = PaymentMessage.MostCharacters } };

    private static JsonObject ErrorExample(FailureCode code) =>
        JsonSerializer.SerializeToNode(PaymentErrors.BodyOf(new Failure(code)), PaymentJson.Default.PaymentErrorBody)!.AsObject();
}
