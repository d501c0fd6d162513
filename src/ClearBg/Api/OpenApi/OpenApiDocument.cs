using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClearBg.Payments;

namespace ClearBg.Api.OpenApi;

/// <summary>
/// <c>GET /openapi/v1.json</c>: the APIs as OpenAPI 3.1.1 describes them. Parameters and errors come from the tables that requests are read and refused by, so that
/// they cannot differ from them.
/// </summary>
internal static class OpenApiDocument
{
    private static readonly Lazy<byte[]> Bytes = new(static () => JsonSerializer.SerializeToUtf8Bytes(Create()));

    public static void MapOpenApi(this IEndpointRouteBuilder routes) => routes.MapGet("/openapi/v1.json", static () => Results.Bytes(Bytes.Value, "application/json"));

    /// <summary>The whole document.</summary>
    public static JsonObject Create() => new()
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject
        {
            ["title"] = "ClearBg",
            ["version"] = typeof(OpenApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
            ["summary"] = "Removes backgrounds from pictures.",
            ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
        },
        ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
        ["paths"] = new JsonObject
        {
            ["/v1.0/removebg"] = new JsonObject { ["post"] = RemoveBgDescription.Removal() },
            ["/v1.0/account"] = new JsonObject { ["get"] = RemoveBgDescription.Account() },
            ["/api/v1/clearbg"] = new JsonObject { ["post"] = MonitorDescription.Removal() },
            [PaymentTerms.Path] = new JsonObject { ["get"] = PaymentDescription.Page(), ["post"] = PaymentDescription.Removal() },
        },
        ["components"] = new JsonObject
        {
            ["securitySchemes"] = new JsonObject
            {
                ["apiKey"] = HeaderKey(ApiKeyFilter.Header, "cbg_ and 77 more characters, from ClearBg keys create."),
                ["applicationKey"] = HeaderKey(MonitorFilter.Header, "cba_ and 77 more characters, from ClearBg apps create."),
            },
            ["schemas"] = new JsonObject
            {
                ["Removal"] = RemoveBgDescription.Fields(withFiles: false),
                ["RemovalForm"] = RemoveBgDescription.Fields(withFiles: true),
                ["RemovalResult"] = RemoveBgDescription.Result(),
                ["Quote"] = RemoveBgDescription.QuoteBody(),
                ["Account"] = RemoveBgDescription.AccountBody(),
                ["Errors"] = RemoveBgDescription.ErrorBody(),
                ["Problem"] = MonitorDescription.ErrorBody(),
                ["PaymentError"] = PaymentDescription.ErrorBody(),
                ["PaymentRequired"] = PaymentDescription.RequiredBody(),
            },
        },
    };

    private static JsonObject HeaderKey(string name, string description) =>
        new() { ["type"] = "apiKey", ["in"] = "header", ["name"] = name, ["description"] = description };
}
