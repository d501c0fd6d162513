using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClearBg.Imaging;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Api;

/// <summary>The forms of answers: bytes or JSON, headers for pages of other origins, and the shape of every refusal.</summary>
public sealed class AnswersTests : IAsyncLifetime
{
    private static readonly byte[] Disc = Pictures.Disc(120, 80);

    private Gateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Gateway.StartAsync();

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON; charset=utf-8", true)]
    [InlineData("application/json, text/plain, */*", false)]
    [InlineData("image/*", false)]
    [InlineData("*/*", false)]
    [InlineData("text/html", false)]
    [InlineData("nonsense", false)]
    [InlineData(null, false)]
    public async Task Json_comes_only_where_it_alone_is_accepted(string? accept, bool isJson)
    {
        foreach (var format in (string[])["png", "zip"])
        {
            using var form = Gateway.Form(Disc);
            form.Add(new StringContent(format), "format");
            using var bytes = await _gateway.PostAsync(Gateway.Form(Disc), ("format", format));
            using var answer = await _gateway.SendAsync(form, headers: accept is null ? [] : [("Accept", accept)]);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var content = await answer.Content.ReadAsByteArrayAsync();
            var expected = await bytes.Content.ReadAsByteArrayAsync();
            if (!isJson)
            {
                Assert.Equal(format == "png" ? "image/png" : "application/zip", answer.Content.Headers.ContentType?.MediaType);
                Assert.Equal(expected, content);
                continue;
            }

            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            Assert.NotEqual(bytes.Headers.ETag, answer.Headers.ETag);
            Assert.Equal(["Accept"], answer.Headers.Vary);
            var data = JsonDocument.Parse(content).RootElement.GetProperty("data");
            Assert.Equal(expected, data.GetProperty("result_b64").GetBytesFromBase64());
            foreach (var side in (string[])["top", "left", "width", "height"])
            {
                Assert.Equal(answer.Headers.GetValues($"X-Foreground-{side}").Single(), data.GetProperty($"foreground_{side}").GetRawText());
            }
        }
    }

    /// <summary>Larger than the parts that it is encoded in, and no multiple of three.</summary>
    [Fact]
    public async Task Large_answers_are_whole_in_json_too()
    {
        var picture = Noise(1201, 803);
        using var bytes = await _gateway.PostAsync(Gateway.Form(picture));
        using var json = await _gateway.SendAsync(Gateway.Form(picture), headers: ("Accept", "application/json"));

        var expected = await bytes.Content.ReadAsByteArrayAsync();
        Assert.True(expected.Length > 100_000, expected.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(expected, JsonDocument.Parse(await json.Content.ReadAsByteArrayAsync()).RootElement.GetProperty("data").GetProperty("result_b64").GetBytesFromBase64());
    }

    [Theory]
    [InlineData("none", "person", null)]
    [InlineData("1", "person", "person")]
    [InlineData("latest", "auto", "other")]
    [InlineData("2", "car_interior", "other")]
    public async Task X_type_is_what_the_caller_said_or_other(string level, string type, string? expected)
    {
        using var answer = await _gateway.PostAsync(Gateway.Form(Disc), ("type_level", level), ("type", type));

        Assert.Equal(expected, answer.Headers.TryGetValues("X-Type", out var values) ? values.Single() : null);
    }

    [Theory]
    [InlineData("POST", "/v1.0/removebg", 401)]
    [InlineData("GET", "/v1.0/account", 401)]
    [InlineData("GET", "/v1.0/removebg", 405)]
    [InlineData("DELETE", "/api/v1/clearbg", 405)]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("POST", "/api/v1/clearbg", 400)]
    [InlineData("POST", "/%2F", 404)]
    public async Task Every_answer_is_for_every_origin_has_a_name_and_a_body(string method, string path, int status)
    {
        _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        using var answer = await _gateway.SendAsync(null, path, method, ("Origin", "https://shop.example"));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("X-Credits-Charged", string.Join(',', answer.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        Assert.NotEmpty(answer.Headers.GetValues("X-Request-Id").Single());
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.NotEmpty((path.StartsWith("/api/v1", StringComparison.Ordinal) ? body.RootElement.GetProperty("title") : body.RootElement.GetProperty("errors")[0].GetProperty("title")).GetString()!);
    }

    [Theory]
    [InlineData("/v1.0/removebg")]
    [InlineData("/v1.0/account")]
    [InlineData("/api/v1/clearbg")]
    [InlineData("/v1/remove-background")]
    public async Task A_preflight_needs_no_key(string path)
    {
        _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        using var answer = await _gateway.SendAsync(
            null, path, "OPTIONS", ("Origin", "null"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "x-api-key, idempotency-key"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        var allowed = string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Headers"));
        Assert.All(["X-Api-Key", "X-App-Key", "Idempotency-Key", "Content-Type", "X-PAYMENT", "PAYMENT-SIGNATURE", "Access-Control-Expose-Headers"], header => Assert.Contains(header, allowed, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("POST", string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_remove_bgs_profile_says_403()
    {
        await using var gateway = await Gateway.StartAsync("--Api:Profile=RemoveBg");
        gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");

        Assert.Equal((403, "auth_failed"), await Gateway.RefusalAsync(await gateway.SendAsync(Gateway.Form(Disc))));
        Assert.Equal((401, "auth_failed"), await UnknownAsync());

        async Task<(int Status, string Code)> UnknownAsync()
        {
            _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
            return await Gateway.RefusalAsync(await _gateway.SendAsync(Gateway.Form(Disc)));
        }
    }

    [Fact]
    public async Task A_key_of_an_application_opens_nothing_here()
    {
        var application = (await _gateway.Applications.CreateAsync("camera", 1))!.Application;
        var (text, _) = await _gateway.CreateKeyAsync("10", application: application.Id);
        _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");

        Assert.Equal((401, "auth_failed"), await Gateway.RefusalAsync(await _gateway.SendAsync(Gateway.Form(Disc), headers: ("X-Api-Key", text))));
    }

    [Theory]
    [InlineData("application/json", """{"image_file_b64":"@","size":"preview","crop":true}""")]
    [InlineData("application/x-www-form-urlencoded", "image_file_b64=@&size=preview&crop=true")]
    public async Task Other_kinds_of_bodies_are_answered_as_the_form_is(string type, string body)
    {
        using var expected = await _gateway.PostAsync(Gateway.Form(Disc), ("size", "preview"), ("crop", "true"));
        using var content = new StringContent(body.Replace("@", Convert.ToBase64String(Disc), StringComparison.Ordinal), Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var answer = await _gateway.SendAsync(content);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(await expected.Content.ReadAsByteArrayAsync(), await answer.Content.ReadAsByteArrayAsync());
    }

    private static byte[] Noise(int width, int height)
    {
        using var pool = new BufferPool(0);
        using var picture = Pictures.Paint(pool, width, height, 3, static (x, y, band) => 128 + (((x * 7919) ^ (y * 104_729) ^ (band * 31)) % 127));
        return Pictures.Encode(ClearBg.Imaging.Encoder.WritePng, picture);
    }
}
