using System.Net;
using ClearBg.Tests.Imaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClearBg.Tests.Api;

/// <summary>Where a request's pictures may come from: exactly one picture, at most one background.</summary>
public sealed class SourcesTests : IAsyncLifetime
{
    private static readonly byte[] Disc = Pictures.Disc(120, 80);

    private WebApplication _origin = null!;
    private Gateway _gateway = null!;

    private string Url => _origin.Urls.Single();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _origin = builder.Build();
        _origin.MapGet("/disc.png", () => Results.Bytes(Disc));
        await _origin.StartAsync();
        _gateway = await Gateway.StartAsync("--Fetch:AllowedNetworks:0=127.0.0.0/8");
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _origin.DisposeAsync();
    }

    [Fact]
    public async Task A_picture_behind_a_url_is_answered_as_the_picture_is()
    {
        using var expected = await _gateway.PostAsync(Gateway.Form(Disc));
        using var answer = await PostAsync(("image_url", $" {Url}/disc.png\n"), ("image_file_b64", ""));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(await expected.Content.ReadAsByteArrayAsync(), await answer.Content.ReadAsByteArrayAsync());
        Assert.StartsWith("queue;", expected.Headers.GetValues("Server-Timing").Single(), StringComparison.Ordinal);
        Assert.StartsWith("fetch;dur=", answer.Headers.GetValues("Server-Timing").Single(), StringComparison.Ordinal);
        await Gateway.EventuallyAsync(() => (_gateway.Pool.Rented, _gateway.Uploads.Inside) == (0, 0));
    }

    [Fact]
    public async Task A_picture_that_could_not_be_had_is_named_with_the_reason()
    {
        using var missing = await PostAsync(("image_url", $"{Url}/missing.png"));
        Assert.Contains("HTTP Status 404", await missing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((400, "failed_image_download"), await Gateway.RefusalAsync(missing));
        Assert.Equal((400, "invalid_image_url"), await Gateway.RefusalAsync(await PostAsync(("image_url", "file:///etc/passwd"))));
        Assert.Equal((400, "failed_bg_download"), await Gateway.RefusalAsync(await PostAsync(("image_url", $"{Url}/disc.png"), ("bg_image_url", $"{Url}/missing.png"))));
        Assert.Equal((400, "invalid_bg_image_url"), await Gateway.RefusalAsync(await PostAsync(("image_url", $"{Url}/disc.png"), ("bg_image_url", "javascript:1"))));
        await Gateway.EventuallyAsync(() => (_gateway.Pool.Rented, _gateway.Uploads.Inside) == (0, 0));
    }

    [Theory]
    [InlineData("missing_source")]
    [InlineData("missing_source", "image_url", " ", "image_file_b64", "")]
    [InlineData("multiple_sources", "image_url", "http://a/b", "image_file_b64", "QUJD")]
    [InlineData("multiple_bg_sources", "image_file_b64", "QUJD", "bg_color", "red", "bg_image_url", "http://a/b")]
    [InlineData("invalid_file_type", "image_file_b64", "QUJD", "bg_color", "ffffff00")]
    [InlineData("invalid_bg_color", "image_url", "http://127.0.0.1:1/", "bg_color", "nonsense")]
    public async Task One_picture_and_one_background(string code, params string[] fields) =>
        Assert.Equal((400, code), await Gateway.RefusalAsync(await PostAsync([.. fields.Chunk(2).Select(static pair => (pair[0], pair[1]))])));

    [Fact]
    public async Task A_transparent_colour_is_no_background_beside_an_image()
    {
        using var form = Gateway.Form(Disc);
        form.Add(new ByteArrayContent(Disc), "bg_image_file", "b.png");
        form.Add(new StringContent("00000000"), "bg_color");

        using var answer = await _gateway.SendAsync(form);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(params (string Name, string Value)[] fields) =>
        _gateway.SendAsync(new FormUrlEncodedContent(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))));
}
