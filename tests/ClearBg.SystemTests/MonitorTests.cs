using System.Globalization;
using System.Text;
using System.Text.Json;
using ClearBg.Credits;
using ClearBg.SystemTests.Clients;

namespace ClearBg.SystemTests;

/// <summary>The Monitor API as a program sees it that calls curl.</summary>
public sealed class MonitorTests(ClientsGateway shared) : IClassFixture<ClientsGateway>, IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OperatorsBooks _books = new(shared.Folder);
    private NewApplication _application = null!;

    public async Task InitializeAsync() => _application = await _books.CreateApplicationAsync(dailyLimit: 2);

    public async Task DisposeAsync() => await _books.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [FactNeeds("curl")]
    public async Task A_user_with_a_key_sends_a_picture_in_any_way()
    {
        var base64 = Convert.ToBase64String(Pictures.Cat);
        await File.WriteAllBytesAsync(_folder["cat.png"], Pictures.Cat);
        await File.WriteAllTextAsync(_folder["base64"], base64);
        await File.WriteAllTextAsync(_folder["urlsafe"], base64.TrimEnd('=').Replace('+', '-').Replace('/', '_'));
        await File.WriteAllTextAsync(_folder["data"], $"data:image/png;base64,{base64}");
        string[] ways =
        [
            $"image=@{_folder["cat.png"]}", $"image=<{_folder["cat.png"]};type=image/png", $"image={shared.Pictures.Cat}", $"image=<{_folder["base64"]}",
            $"image=<{_folder["urlsafe"]}", $"image=<{_folder["data"]}",
        ];
        var user = await _books.CreateUserAsync(_application.Application, ways.Length);

        foreach (var way in ways)
        {
            Assert.Equal("200 image/png ", await SendAsync(way, _application.Reveal(), user));
            Assert.Equal(new PngFile(451, 300, 8, 6), PngFile.Read(await File.ReadAllBytesAsync(_folder["out"])));
        }

        // Each took a credit.
        AssertProblem(403, "insufficient_credits", await SendAsync(ways[0], _application.Reveal(), user));
    }

    [FactNeeds("curl")]
    public async Task A_user_without_a_key_has_the_application_s_pictures_of_a_day()
    {
        await File.WriteAllBytesAsync(_folder["cat.png"], Pictures.Cat);
        var way = $"image=@{_folder["cat.png"]}";

        AssertProblem(400, "failed_image_download", await SendAsync($"image={shared.Pictures.Missing}", _application.Reveal()));
        Assert.Equal("200 image/png ", await SendAsync(way, _application.Reveal()));
        Assert.Equal("200 image/png ", await SendAsync(way, _application.Reveal()));
        var said = await SendAsync(way, _application.Reveal());

        AssertProblem(429, "rate_limit_exceeded", said);
        Assert.InRange(int.Parse(said.Split(' ')[2], CultureInfo.InvariantCulture), 1, 86_400);
    }

    [FactNeeds("curl")]
    public async Task Every_refusal_is_a_problem_with_its_status()
    {
        var disabled = await _books.CreateApplicationAsync(dailyLimit: 2);
        await _books.DisableAsync(disabled.Application);
        await File.WriteAllBytesAsync(_folder["truncated.png"], Pictures.Truncated);
        var (picture, app) = ($"image=@{_folder["truncated.png"]}", _application.Reveal());

        AssertProblem(400, "missing_app_key", await SendAsync(picture, app: null));
        AssertProblem(404, "unknown_application", await SendAsync(picture, "nonsense"));
        AssertProblem(503, "application_disabled", await SendAsync(picture, disabled.Reveal()));
        AssertProblem(401, "auth_failed", await SendAsync(picture, app, "nonsense"));
        AssertProblem(401, "auth_failed", await SendAsync(picture, app, shared.Gateway.Key));
        AssertProblem(400, "missing_source", await SendAsync("image=", app));
        AssertProblem(400, "missing_source", await SendAsync("picture=x", app));
        AssertProblem(400, "multiple_sources", await SendAsync($"image={shared.Pictures.Cat}", app, user: null, "-F", picture));
        AssertProblem(400, "failed_to_read_image", await SendAsync(picture, app));
        AssertProblem(400, "failed_to_read_image", await SendAsync("image=neither base64 nor a URL!", app));
        AssertProblem(400, "invalid_image_url", await SendAsync("image=http://", app));
    }

    /// <summary>Status, content type and Retry-After; the body is in the file <c>out</c>.</summary>
    private Task<string> SendAsync(string field, string? app, string? user = null, params string[] more) => Curl.RunAsync(
        "%{http_code} %{content_type} %header{retry-after}",
        [
            .. app is null ? (string[])[] : ["-H", $"X-App-Key: {app}"], .. user is null ? (string[])[] : ["-H", $"X-Api-Key: {user}"], "-F", field, .. more,
            "-o", _folder["out"], $"{shared.Gateway.Url}/api/v1/clearbg",
        ]);

    private void AssertProblem(int status, string error, string said)
    {
        var body = File.ReadAllText(_folder["out"], Encoding.UTF8);
        Assert.True(said.StartsWith($"{status} application/problem+json ", StringComparison.Ordinal), $"{said} {body}");
        using var json = JsonDocument.Parse(body);
        Assert.Equal((status, error), (json.RootElement.GetProperty("status").GetInt32(), json.RootElement.GetProperty("error").GetString()));
    }
}
