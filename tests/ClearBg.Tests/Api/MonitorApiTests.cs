using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ClearBg.Credits;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Api;

/// <summary>The Monitor API: every status in its documented order, and every way to send a picture.</summary>
public sealed class MonitorApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/clearbg";

    private static readonly byte[] Disc = Pictures.Disc(120, 80);

    private Gateway _gateway = null!;
    private NewApplication _application = null!;

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.StartAsync("--Intake:MaxBytes=100000");
        _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        _application = (await _gateway.Applications.CreateAsync("camera", 2))!;
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task A_user_with_a_key_pays_a_credit_for_a_png()
    {
        var (text, key) = await _gateway.CreateKeyAsync("3", freeCalls: 5, application: _application.Application.Id);

        using var answer = await PostAsync(Gateway.Form(Disc, "image"), ("X-Api-Key", text));

        Assert.Equal((HttpStatusCode.OK, "image/png"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal([0x89, .. "PNG"u8], (await answer.Content.ReadAsByteArrayAsync())[..4]);
        var balance = await _gateway.Ledger.BalanceAsync(key.AccountId);
        Assert.Equal(("2", 5), (balance.Total.ToString(), balance.FreeCalls));
    }

    [Fact]
    public async Task Each_refusal_comes_before_those_after_it()
    {
        var disabled = (await _gateway.Applications.CreateAsync("off", 2))!;
        await _gateway.Applications.ChangeAsync(disabled.Application.Id, isEnabled: false, dailyLimit: null);
        var (poor, _) = await _gateway.CreateKeyAsync("0.999", application: _application.Application.Id);
        var (foreign, _) = await _gateway.CreateKeyAsync("10", application: disabled.Application.Id);
        var (unbound, _) = await _gateway.CreateKeyAsync("10");
        var (revoked, revokedKey) = await _gateway.CreateKeyAsync("10", application: _application.Application.Id);
        await _gateway.Keys.RevokeAsync(revokedKey.Id);
        var unknown = _application.Reveal()[..^1] + (_application.Reveal()[^1] == '0' ? '1' : '0');

        // Every one of them has a bad body too, and a bad user key where that comes later.
        Assert.Equal((400, "missing_app_key"), await RefusalAsync(null, "nonsense"));
        Assert.Equal((404, "unknown_application"), await RefusalAsync(unknown, "nonsense"));
        Assert.Equal((404, "unknown_application"), await RefusalAsync("nonsense", "nonsense"));
        Assert.Equal((503, "application_disabled"), await RefusalAsync(disabled.Reveal(), "nonsense"));
        foreach (var key in (string[])["nonsense", foreign, unbound, revoked, _application.Reveal()])
        {
            Assert.Equal((401, "auth_failed"), await RefusalAsync(_application.Reveal(), key));
        }

        Assert.Equal((403, "insufficient_credits"), await RefusalAsync(_application.Reveal(), poor));
        Assert.Equal((400, "invalid_request"), await RefusalAsync(_application.Reveal(), ""));
    }

    [Fact]
    public async Task Without_a_key_a_client_has_its_daily_pictures_and_only_answers_count()
    {
        Assert.Equal((400, "missing_source"), await RefusalAsync(await PostAsync(Gateway.Form([], "image"))));
        Assert.Equal((400, "failed_to_read_image"), await RefusalAsync(await PostAsync(Gateway.Form(Disc[..(Disc.Length / 2)], "image"))));
        for (var picture = 0; picture < 2; picture++)
        {
            using var answer = await PostAsync(Gateway.Form(Disc, "image"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var refused = await PostAsync(Gateway.Form(Disc, "image"));
        Assert.Equal(Math.Ceiling((TimeSpan.FromDays(1) - _gateway.Clock.Now.TimeOfDay).TotalSeconds), int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture));
        Assert.Equal((429, "rate_limit_exceeded"), await RefusalAsync(refused));

        var other = (await _gateway.Applications.CreateAsync("other", 1))!;
        using var elsewhere = await PostAsync(Gateway.Form(Disc, "image"), ("X-App-Key", other.Reveal()));
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
    }

    /// <summary>Pictures without a subject cost nothing, but work.</summary>
    [Fact]
    public async Task Megapixels_of_a_minute_are_bounded_too()
    {
        await using var gateway = await Gateway.StartAsync("--Api:MegapixelsPerMinute=2");
        var application = (await gateway.Applications.CreateAsync("camera", 100))!.Reveal();
        var black = Pictures.Disc(64, 64, level: 0);

        foreach (var expected in (int[])[400, 400, 429])
        {
            using var answer = await gateway.SendAsync(Gateway.Form(black, "image"), Path, headers: [("X-App-Key", application), ("X-Api-Key", "")]);
            Assert.Equal(expected, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_application_without_an_allowance_gives_nothing_without_a_key()
    {
        var closed = (await _gateway.Applications.CreateAsync("closed", 0))!;

        Assert.Equal((429, "rate_limit_exceeded"), await RefusalAsync(await PostAsync(Gateway.Form(Disc, "image"), ("X-App-Key", closed.Reveal()))));
    }

    public static TheoryData<string, string> Texts => new()
    {
        { "base64", Convert.ToBase64String(Disc) },
        { "lines", $"\n {Convert.ToBase64String(Disc, Base64FormattingOptions.InsertLineBreaks)}\n" },
        { "URL-safe", Convert.ToBase64String(Disc).TrimEnd('=').Replace('+', '-').Replace('/', '_') },
        { "data URL", $"data:image/png;base64,{Convert.ToBase64String(Disc)}" },
        { "data URL of any type", $"DATA:text/plain;base64,{Convert.ToBase64String(Disc)}" },
        { "percent-encoded", $"data:image/png,{string.Concat(Disc.Select(static value => $"%{value:x2}"))}" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_picture_as_text_is_detected(string kind, string text)
    {
        using var expected = await PostAsync(Gateway.Form(Disc, "image"));
        using var form = new MultipartFormDataContent { { new StringContent(text), "image" }, { new StringContent("x"), "stray" } };
        using var answer = await PostAsync(form);

        Assert.Equal((kind, HttpStatusCode.OK), (kind, answer.StatusCode));
        Assert.Equal(await expected.Content.ReadAsByteArrayAsync(), await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_part_with_an_images_type_is_a_file_without_a_name_too()
    {
        using var part = new ByteArrayContent(Disc) { Headers = { ContentType = new("image/png") } };
        using var form = new MultipartFormDataContent { { part, "image" }, { new StringContent(" "), "image" } };
        using var answer = await PostAsync(form);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task One_picture_only()
    {
        using var files = new MultipartFormDataContent { { new ByteArrayContent(Disc), "image", "a" }, { new ByteArrayContent(Disc), "image", "b" } };
        using var both = new MultipartFormDataContent { { new ByteArrayContent(Disc), "image", "a" }, { new StringContent("http://example.com/a.png"), "image" } };
        using var urls = new MultipartFormDataContent { { new StringContent("http://example.com/a.png"), "image" }, { new StringContent("http://example.com/a.png"), "image" } };
        using var fileAndText = new MultipartFormDataContent { { new ByteArrayContent(Disc), "image", "a" }, { new StringContent(Convert.ToBase64String(Disc)), "image" } };

        foreach (var form in (MultipartFormDataContent[])[files, both, urls, fileAndText])
        {
            Assert.Equal((400, "multiple_sources"), await RefusalAsync(await PostAsync(form)));
        }
    }

    [Theory]
    [InlineData("ftp://example.com/a.png", 400, "failed_to_read_image")]
    [InlineData("HTTP://127.0.0.1/a.png", 400, "failed_image_download")]
    [InlineData("https://user@example.com/", 400, "invalid_image_url")]
    [InlineData("not base64!", 400, "failed_to_read_image")]
    [InlineData("aGVsbG8=", 400, "invalid_file_type")]
    public async Task Text_that_is_no_picture_is_refused(string text, int status, string error)
    {
        using var form = new MultipartFormDataContent { { new StringContent(text), "image" } };

        Assert.Equal((status, error), await RefusalAsync(await PostAsync(form)));
    }

    [Theory]
    [InlineData(100_001)]
    [InlineData(130_000)]
    public async Task The_limit_counts_decoded_bytes(int bytes)
    {
        using var text = new MultipartFormDataContent { { new StringContent(Convert.ToBase64String(new byte[bytes])), "image" } };
        using var within = new MultipartFormDataContent { { new StringContent(Convert.ToBase64String(new byte[100_000])), "image" } };

        Assert.Equal((400, "file_too_large"), await RefusalAsync(await PostAsync(Gateway.Form(new byte[bytes], "image"))));
        Assert.Equal((400, "file_too_large"), await RefusalAsync(await PostAsync(text)));
        Assert.Equal((400, "invalid_file_type"), await RefusalAsync(await PostAsync(within)));
    }

    private async Task<HttpResponseMessage> PostAsync(HttpContent? form, params (string Name, string Value)[] headers) => await _gateway.SendAsync(
        form, Path, headers: headers.Any(static header => header.Name == "X-App-Key") ? headers : [("X-App-Key", _application.Reveal()), .. headers]);

    private async Task<(int Status, string Error)> RefusalAsync(string? applicationKey, string userKey)
    {
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        (string, string)[] headers = applicationKey is null ? [("X-Api-Key", userKey)] : [("X-App-Key", applicationKey), ("X-Api-Key", userKey)];
        return await RefusalAsync(await _gateway.SendAsync(body, Path, headers: headers));
    }

    /// <summary>Status and error of a refusal, whose body must be a problem.</summary>
    private static async Task<(int Status, string Error)> RefusalAsync(HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
            using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal((int)response.StatusCode, problem.RootElement.GetProperty("status").GetInt32());
            Assert.NotEmpty(problem.RootElement.GetProperty("title").GetString()!);
            return ((int)response.StatusCode, problem.RootElement.GetProperty("error").GetString()!);
        }
    }
}
