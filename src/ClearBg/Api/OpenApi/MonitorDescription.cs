using System.Text.Json.Nodes;
using ClearBg.Jobs;
using static ClearBg.Api.OpenApi.OpenApiParts;

namespace ClearBg.Api.OpenApi;

/// <summary>The description of the Monitor API.</summary>
internal static class MonitorDescription
{
    /// <summary>The failures that the Monitor API knows.</summary>
    public static readonly FailureCode[] Failures =
    [
        FailureCode.MissingApplicationKey, FailureCode.UnknownApplication, FailureCode.ApplicationDisabled, FailureCode.Unauthorized, FailureCode.InsufficientCredits,
        FailureCode.RateLimited, FailureCode.InvalidRequest, FailureCode.MissingSource, FailureCode.MultipleSources, FailureCode.InvalidImageUrl,
        FailureCode.FailedImageDownload, FailureCode.FailedToReadImage, FailureCode.InvalidFileType, FailureCode.FileTooLarge, FailureCode.InvalidDimensions,
        FailureCode.ResolutionTooHigh, FailureCode.UnknownForeground, FailureCode.Overloaded, FailureCode.Internal,
    ];

    public static JsonObject Removal()
    {
        var responses = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "The cut-out.",
                ["headers"] = Headers(
                    ("X-RateLimit-Limit", "Megapixels a minute."),
                    ("X-RateLimit-Remaining", "Megapixels that are left of them."),
                    ("X-RateLimit-Reset", "When they are counted anew: seconds since 1970."),
                    ("Server-Timing", "Milliseconds of each step."),
                    ("X-Request-Id", "This request's name in the log.")),
                ["content"] = new JsonObject { ["image/png"] = new JsonObject { ["schema"] = File("8-bit RGBA.") } },
            },
        };
        AddFailures(responses, Failures, "application/problem+json", "Problem", MonitorFailure.StatusOf, ErrorExample);
        return new JsonObject
        {
            ["operationId"] = "removeBackgroundForApplication",
            ["summary"] = "Removes the background of a picture for a user of an application.",
            ["description"] = "With a user's key it costs a credit; without one each client address has so many pictures a day, UTC, as the application gives.",
            ["security"] = new JsonArray(
                new JsonObject { ["applicationKey"] = new JsonArray() }, new JsonObject { ["applicationKey"] = new JsonArray(), ["apiKey"] = new JsonArray() }),
            ["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["multipart/form-data"] = new JsonObject
                    {
                        ["schema"] = Object(("image", File("A file; or as text an http(s) URL, a data URL, or base64."))),
                    },
                },
            },
            ["responses"] = responses,
        };
    }

    /// <summary>RFC 9457.</summary>
    public static JsonObject ErrorBody()
    {
        var problem = Object(
            ("type", Text("about:blank")), ("title", Text("For people.")), ("status", Integer("As the answer's own.")), ("error", Text("For programs.")));
        problem["properties"]!["detail"] = Text("About this very case, where there is something to say.");
        return problem;
    }

    private static JsonObject ErrorExample(FailureCode code)
    {
        var wire = RemoveBgErrors.Table[code];
        return new JsonObject { ["type"] = "about:blank", ["title"] = wire.Title, ["status"] = MonitorFailure.StatusOf(code), ["error"] = wire.Code };
    }
}
