using System.Globalization;
using System.Text.Json.Nodes;
using ClearBg.Jobs;

namespace ClearBg.Api.OpenApi;

/// <summary>Pieces that descriptions are made of (OpenAPI 3.1.1; schemas are JSON Schema 2020-12).</summary>
internal static class OpenApiParts
{
    public static JsonObject Reference(string schema) => new() { ["$ref"] = $"#/components/schemas/{schema}" };

    public static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    public static JsonObject Number(string description) => new() { ["type"] = "number", ["description"] = description };

    public static JsonObject Integer(string description) => new() { ["type"] = "integer", ["description"] = description };

    public static JsonObject Boolean(string description) => new() { ["type"] = "boolean", ["description"] = description };

    /// <summary>Any bytes.</summary>
    public static JsonObject File(string description) => new() { ["type"] = "string", ["contentMediaType"] = "application/octet-stream", ["description"] = description };

    /// <summary>An object with exactly these members, all of them there.</summary>
    public static JsonObject Object(params ReadOnlySpan<(string Name, JsonObject Schema)> members)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var (name, schema) in members)
        {
            properties[name] = schema;
            required.Add((JsonNode)name);
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }

    /// <summary>A body, in JSON.</summary>
    public static JsonObject Example(string json) => new() { ["value"] = JsonNode.Parse(json) };

    public static JsonObject Headers(params ReadOnlySpan<(string Name, string Description)> headers)
    {
        var all = new JsonObject();
        foreach (var (name, description) in headers)
        {
            all[name] = new JsonObject { ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string" } };
        }

        return all;
    }

    /// <summary>Adds a response for each status that these codes have, with an example of each code.</summary>
    /// <param name="responses">What is added to.</param>
    /// <param name="codes">The failures.</param>
    /// <param name="mediaType">Of their bodies.</param>
    /// <param name="schema">Of their bodies.</param>
    /// <param name="statusOf">A code's status.</param>
    /// <param name="bodyOf">A code's body, without a detail.</param>
    public static void AddFailures(
        JsonObject responses, IEnumerable<FailureCode> codes, string mediaType, string schema, Func<FailureCode, int> statusOf, Func<FailureCode, JsonObject> bodyOf)
    {
        foreach (var status in codes.GroupBy(statusOf).OrderBy(static group => group.Key))
        {
            var examples = new JsonObject();
            foreach (var code in status)
            {
                examples[RemoveBgErrors.Table[code].Code] = new JsonObject { ["value"] = bodyOf(code) };
            }

            var response = new JsonObject
            {
                ["description"] = string.Join("; ", status.Select(static code => RemoveBgErrors.Table[code].Title)),
                ["content"] = new JsonObject { [mediaType] = new JsonObject { ["schema"] = Reference(schema), ["examples"] = examples } },
            };
            if (status.Key is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            {
                response["headers"] = Headers(("Retry-After", "Seconds after which another try is worth it; not on failures that time doesn't mend."));
            }

            responses[status.Key.ToString(CultureInfo.InvariantCulture)] = response;
        }
    }
}
