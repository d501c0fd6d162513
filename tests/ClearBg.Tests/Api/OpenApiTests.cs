using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClearBg.Api;
using ClearBg.Api.OpenApi;
using ClearBg.Jobs;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Payments;

namespace ClearBg.Tests.Api;

/// <summary>The description says what the program does.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private static readonly JsonObject Document = OpenApiDocument.Create();

    private Gateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Gateway.StartAsync();

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Is_served_to_everyone_as_it_is()
    {
        _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        using var answer = await _gateway.SendAsync(null, "/openapi/v1.json", "GET");

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.True(JsonNode.DeepEquals(Document, JsonNode.Parse(await answer.Content.ReadAsStringAsync())));
        Assert.StartsWith("3.1.", (string)Document["openapi"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Describes_every_route_with_its_methods_and_no_other()
    {
        var described = Document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject().Select(method => $"{method.Key.ToUpperInvariant()} {path.Key}"));

        Assert.Equal(_gateway.Routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Describes_every_parameter_that_is_read()
    {
        var fields = Document["components"]!["schemas"]!["RemovalForm"]!["properties"]!.AsObject().Select(static field => field.Key);

        Assert.Equal(
            ["bg_image_file", "bg_image_url", "image_file", "image_file_b64", "image_url"],
            fields.Except(RemovalParameters.Described.Select(static parameter => parameter.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Describes_every_error_under_the_status_that_it_has()
    {
        foreach (var (path, codes, statusOf, profiles) in ((string, IEnumerable<FailureCode>, Func<FailureCode, int>, string[])[])[
            ("/v1.0/removebg", RemoveBgDescription.Failures, static code => RemoveBgErrors.Table[code].Status, ["403 auth_failed"]),
            ("/api/v1/clearbg", MonitorDescription.Failures, MonitorFailure.StatusOf, [])])
        {
            var described = Document["paths"]![path]!["post"]!["responses"]!.AsObject()
                .Where(static response => response.Key != "200")
                .SelectMany(static response => response.Value!["content"]!.AsObject().Single().Value!["examples"]!.AsObject().Select(example => $"{response.Key} {example.Key}"));

            Assert.Equal(
                codes.Select(code => FormattableString.Invariant($"{statusOf(code)} {RemoveBgErrors.Table[code].Code}")).Concat(profiles).Order(StringComparer.Ordinal),
                described.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        }
    }

    [Fact]
    public void Describes_every_error_of_the_paid_api_and_its_offer()
    {
        var responses = Document["paths"]!["/v1/remove-background"]!["post"]!["responses"]!.AsObject();
        var described = responses
            .Where(static response => response.Key is not ("200" or "402"))
            .SelectMany(static response => response.Value!["content"]!["application/json"]!["examples"]!.AsObject().Select(example => $"{response.Key} {example.Key}"));

        Assert.Equal(
            PaymentErrors.Failures.Append(FailureCode.MethodNotAllowed).Select(static code => FormattableString.Invariant($"{PaymentErrors.StatusOf(code)} {RemoveBgErrors.Table[code].Code}")).Order(StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(
            ["PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE"],
            responses["402"]!["headers"]!.AsObject().Select(static header => header.Key).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_paid_answer_has_the_headers_that_are_described_and_its_offer_the_members()
    {
        await using var paid = await PaidGateway.StartAsync();
        using var answer = await paid.PostAsync(new PaymentForm());
        using var offer = await paid.PostAsync(null);
        using var error = await paid.PostAsync(null, type: "text/plain");

        Assert.Equal(
            Document["paths"]!["/v1/remove-background"]!["post"]!["responses"]!["200"]!["headers"]!.AsObject().Select(static header => header.Key).Order(StringComparer.OrdinalIgnoreCase),
            answer.Headers.Select(static header => header.Key).Except(["Date", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"], StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase),
            StringComparer.OrdinalIgnoreCase);
        Check("PaymentRequired", Document["components"]!["schemas"]!["PaymentRequired"]!, JsonNode.Parse(await offer.Content.ReadAsStringAsync()));
        Check("PaymentError", Document["components"]!["schemas"]!["PaymentError"]!, JsonNode.Parse(await error.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task An_answer_has_the_headers_and_a_type_that_are_described()
    {
        var application = (await _gateway.Applications.CreateAsync("camera", 1))!.Reveal();
        using var removal = await _gateway.PostAsync(Gateway.Form(Pictures.Disc(120, 80)));
        _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        using var monitor = await _gateway.SendAsync(Gateway.Form(Pictures.Disc(120, 80), "image"), "/api/v1/clearbg", headers: ("X-App-Key", application));

        foreach (var (path, answer) in ((string, HttpResponseMessage)[])[("/v1.0/removebg", removal), ("/api/v1/clearbg", monitor)])
        {
            var described = Document["paths"]![path]!["post"]!["responses"]!["200"]!;
            Assert.Contains(answer.Content.Headers.ContentType!.MediaType!, described["content"]!.AsObject().Select(static type => type.Key));
            Assert.Equal(
                described["headers"]!.AsObject().Select(static header => header.Key).Order(StringComparer.OrdinalIgnoreCase),
                answer.Headers.Select(static header => header.Key).Except(["Date", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"], StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase),
                StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>Bodies of every described kind, and the schema's own member lists.</summary>
    [Fact]
    public async Task Bodies_have_exactly_the_members_that_are_described()
    {
        using var account = await _gateway.SendAsync(null, "/v1.0/account", "GET");
        using var result = await _gateway.SendAsync(Gateway.Form(Pictures.Disc(120, 80)), headers: ("Accept", "application/json"));
        using var errors = await _gateway.PostAsync(Gateway.Form(Pictures.Disc(120, 80)), ("size", "huge"));
        using var problem = await _gateway.SendAsync(null, "/api/v1/clearbg");

        using var quote = await _gateway.SendAsync(Gateway.Form(Pictures.Disc(120, 80)), "/v1.0/removebg?dry_run=true");

        (string, HttpResponseMessage)[] answers = [("Account", account), ("RemovalResult", result), ("Quote", quote), ("Errors", errors), ("Problem", problem)];
        foreach (var (schema, answer) in answers)
        {
            Check(schema, Document["components"]!["schemas"]![schema]!, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
        }
    }

    private static void Check(string path, JsonNode schema, JsonNode? value)
    {
        switch ((string)schema["type"]!)
        {
            case "object":
                var members = value!.AsObject();
                Assert.Empty(members.Select(static member => member.Key).Except(schema["properties"]!.AsObject().Select(static member => member.Key), StringComparer.Ordinal));
                Assert.All(schema["required"]!.AsArray(), name => Assert.True(members.ContainsKey((string)name!), $"{path}.{name}"));
                Assert.All(members, member => Check($"{path}.{member.Key}", schema["properties"]![member.Key]!, member.Value));
                break;
            case "array":
                Assert.All(value!.AsArray(), item => Check($"{path}[]", schema["items"]!, item));
                break;
            case "boolean":
                Assert.True(value!.GetValueKind() is JsonValueKind.True or JsonValueKind.False, path);
                break;
            default:
                Assert.Equal((path, (string)schema["type"]! is "string" ? JsonValueKind.String : JsonValueKind.Number), (path, value!.GetValueKind()));
                break;
        }
    }
}
