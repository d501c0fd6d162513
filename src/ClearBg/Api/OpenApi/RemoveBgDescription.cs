using System.Text.Json.Nodes;
using ClearBg.Jobs;
using static ClearBg.Api.OpenApi.OpenApiParts;

namespace ClearBg.Api.OpenApi;

/// <summary>The description of <c>/v1.0</c>.</summary>
internal static class RemoveBgDescription
{
    /// <summary>Failures that have no place here: those of the Monitor API and of payments, and of paths and methods that aren't described.</summary>
    private static readonly FailureCode[] Elsewhere =
    [
        FailureCode.MissingApplicationKey, FailureCode.UnknownApplication, FailureCode.ApplicationDisabled, FailureCode.UnsupportedMediaType, FailureCode.PaymentUnavailable,
        FailureCode.PaymentConflict, FailureCode.PaymentInProgress, FailureCode.SettlementPending, FailureCode.NotFound, FailureCode.MethodNotAllowed,
    ];

    public static IEnumerable<FailureCode> Failures => Enum.GetValues<FailureCode>().Except(Elsewhere);

    public static JsonObject Removal()
    {
        var responses = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "The cut-out; JSON with its bytes in base64 where application/json is the only media type in Accept; the price where only that was asked for.",
                ["headers"] = Headers(
                    ("X-Type", "What the request said the subject is, or other; not with type_level none."),
                    ("X-Width", "Pixels."),
                    ("X-Height", "Pixels."),
                    ("X-Max-Width", "Pixels that the largest size would have."),
                    ("X-Max-Height", "Pixels that the largest size would have."),
                    ("X-Foreground-Top", "The subject's box, before cropping: pixels from the top."),
                    ("X-Foreground-Left", "Pixels from the left."),
                    ("X-Foreground-Width", "Pixels."),
                    ("X-Foreground-Height", "Pixels."),
                    ("X-Credits-Charged", "Credits; 0 where a free call paid, and for a repeated Idempotency-Key."),
                    ("X-Credits-Remaining", "Credits in all funds; only in the profile ClearBg."),
                    ("X-RateLimit-Limit", "Megapixels a minute."),
                    ("X-RateLimit-Remaining", "Megapixels that are left of them."),
                    ("X-RateLimit-Reset", "When they are counted anew: seconds since 1970."),
                    ("ETag", "The same for the same picture, parameters and model; another one in JSON."),
                    ("Vary", "Accept."),
                    ("Server-Timing", "Milliseconds of each step."),
                    ("X-Request-Id", "This request's name in the log.")),
                ["content"] = new JsonObject
                {
                    ["image/png"] = new JsonObject { ["schema"] = File("8-bit RGBA; grey with channels=alpha.") },
                    ["image/jpeg"] = new JsonObject { ["schema"] = File("Over white where no background is given.") },
                    ["image/webp"] = new JsonObject { ["schema"] = File("RGBA.") },
                    ["application/zip"] = new JsonObject { ["schema"] = File("color.jpg and alpha.png, both stored.") },
                    ["application/json"] = new JsonObject
                    {
                        ["schema"] = new JsonObject { ["oneOf"] = new JsonArray(Reference("RemovalResult"), Reference("Quote")) },
                        ["examples"] = new JsonObject
                        {
                            ["picture"] = Example("{\"data\":{\"result_b64\":\"iVBORw0KGgo…\",\"foreground_top\":20,\"foreground_left\":31,\"foreground_width\":400,\"foreground_height\":280}}"),
                            ["price"] = Example("{\"data\":{\"credits\":1,\"free_call\":false,\"width\":1600,\"height\":1200}}"),
                        },
                    },
                },
            },
        };
        AddFailures(responses, Failures, "application/json", "Errors", static code => RemoveBgErrors.Table[code].Status, ErrorExample);
        AddForbidden(responses);
        return new JsonObject
        {
            ["operationId"] = "removeBackground",
            ["summary"] = "Removes the background of a picture.",
            ["description"] = "As remove.bg's API v1.0 has it. In the profile RemoveBg a request without a valid key is answered with 403 in place of 401.",
            ["security"] = new JsonArray(new JsonObject { ["apiKey"] = new JsonArray() }),
            ["parameters"] = new JsonArray(new JsonObject
            {
                ["name"] = "Idempotency-Key",
                ["in"] = "header",
                ["description"] = "1 to 255 printable ASCII characters. The same request under the same key is charged once within a day.",
                ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = 255 },
            }, new JsonObject
            {
                ["name"] = "dry_run",
                ["in"] = "query",
                ["description"] = "True: says what the request would cost now, its Idempotency-Key aside; nothing is done or charged, and one megapixel is counted.",
                ["schema"] = new JsonObject { ["type"] = "boolean" },
            }),
            ["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["multipart/form-data"] = new JsonObject { ["schema"] = Reference("RemovalForm") },
                    ["application/x-www-form-urlencoded"] = new JsonObject { ["schema"] = Reference("Removal") },
                    ["application/json"] = new JsonObject
                    {
                        ["schema"] = Reference("Removal"),
                        ["example"] = new JsonObject { ["image_url"] = "https://www.example.com/photo.jpg", ["size"] = "auto", ["crop"] = true, ["bg_color"] = "ffffff" },
                    },
                },
            },
            ["responses"] = responses,
        };
    }

    public static JsonObject Account()
    {
        var responses = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "What is left.",
                ["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject
                    {
                        ["schema"] = Reference("Account"),
                        ["examples"] = new JsonObject
                        {
                            ["account"] = Example("{\"data\":{\"attributes\":{\"credits\":{\"total\":13.25,\"subscription\":1,\"payg\":12.25,\"enterprise\":0},\"api\":{\"free_calls\":7,\"sizes\":\"all\"}}}}"),
                        },
                    },
                },
            },
        };
        AddFailures(responses, [FailureCode.Unauthorized, FailureCode.Internal], "application/json", "Errors", static code => RemoveBgErrors.Table[code].Status, ErrorExample);
        AddForbidden(responses);
        return new JsonObject
        {
            ["operationId"] = "getAccount",
            ["summary"] = "The balance of the key's account.",
            ["security"] = new JsonArray(new JsonObject { ["apiKey"] = new JsonArray() }),
            ["responses"] = responses,
        };
    }

    /// <summary>The request's fields; with those that only a multipart form can hold, if wanted.</summary>
    public static JsonObject Fields(bool withFiles)
    {
        var properties = new JsonObject
        {
            [FormContent.Base64Field] = Text("The picture in base64, or as a data URL."),
            ["image_url"] = Text("Where the picture is: http or https, port 80 or 443, a public address."),
            ["bg_image_url"] = Text("Where the new background is."),
        };
        if (withFiles)
        {
            properties[FormContent.PictureField] = File("The picture: JPEG, PNG or WebP.");
            properties[FormContent.BackgroundField] = File("The new background: JPEG, PNG or WebP.");
        }

        foreach (var parameter in RemovalParameters.Described)
        {
            properties[parameter.Name] = Parameter(parameter);
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = $"Exactly one of {(withFiles ? $"{FormContent.PictureField}, " : "")}{FormContent.Base64Field} and image_url; at most one background. Values have no case, empty ones count as absent.",
            ["properties"] = properties,
        };
    }

    public static JsonObject Result() => Object(("data", Object(
        ("result_b64", new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64", ["description"] = "The answer's bytes." }),
        ("foreground_top", Integer("The subject's box, before cropping: pixels from the top.")),
        ("foreground_left", Integer("Pixels from the left.")),
        ("foreground_width", Integer("Pixels.")),
        ("foreground_height", Integer("Pixels.")))));

    public static JsonObject QuoteBody() => Object(("data", Object(
        ("credits", Number("What the request would be charged; 0 where a free call would pay.")),
        ("free_call", new JsonObject { ["type"] = "boolean", ["description"] = "Whether a free call would pay." }),
        ("width", Integer("Of the answer before cropping, pixels.")),
        ("height", Integer("Of the answer before cropping, pixels.")))));

    public static JsonObject AccountBody() => Object(("data", Object(("attributes", Object(
        ("credits", Object(
            ("total", Number("Credits in all funds.")),
            ("subscription", Number("Spent first.")),
            ("payg", Number("Spent second.")),
            ("enterprise", Number("Spent last.")))),
        ("api", Object(
            ("free_calls", Integer("Previews that cost nothing.")),
            ("sizes", Text("all")))))))));

    public static JsonObject ErrorBody()
    {
        var error = Object(("title", Text("For people.")), ("code", Text("For programs.")));
        error["properties"]!["detail"] = Text("About this very case, where there is something to say.");
        return Object(("errors", new JsonObject { ["type"] = "array", ["minItems"] = 1, ["maxItems"] = 1, ["items"] = error }));
    }

    private static JsonObject Parameter(RemovalParameters.Description parameter)
    {
        var schema = new JsonObject
        {
            // JSON may have booleans and numbers where forms have their text.
            ["type"] = parameter.IsSwitch ? new JsonArray("boolean", "string") : new JsonArray("string", "number"),
            ["description"] = $"{parameter.Meaning}: {parameter.Expected}.",
        };
        if (parameter is { Values: { } values, IsSwitch: false })
        {
            schema["examples"] = new JsonArray([.. values.Select(static value => (JsonNode)value)]);
        }

        return schema;
    }

    /// <summary>What a bad key is to the profile RemoveBg.</summary>
    private static void AddForbidden(JsonObject responses)
    {
        var (status, wire) = ("403", RemoveBgErrors.Table[FailureCode.Unauthorized]);
        var response = responses[status] ??= new JsonObject
        {
            ["description"] = $"{wire.Title}, in the profile RemoveBg",
            ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference("Errors"), ["examples"] = new JsonObject() } },
        };
        response["content"]!["application/json"]!["examples"]![wire.Code] = new JsonObject { ["value"] = ErrorExample(FailureCode.Unauthorized) };
    }

    private static JsonObject ErrorExample(FailureCode code)
    {
        var wire = RemoveBgErrors.Table[code];
        return new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["title"] = wire.Title, ["code"] = wire.Code }) };
    }
}
