using System.Globalization;
using ClearBg.SystemTests.Clients;

namespace ClearBg.SystemTests;

/// <summary>
/// Uploads of 20 MB by curl, which asks before it sends as much (RFC 9110, 10.1.1): what can be refused by the headers is refused without a byte of the body.
/// </summary>
public sealed class UploadsTests(ClientsGateway shared) : IClassFixture<ClientsGateway>, IDisposable
{
    private const int Upload = 20_000_000;
    private const int TooLarge = 60_000_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactNeeds("curl")]
    public async Task A_refused_one_sends_nothing()
    {
        var (url, key) = (shared.Gateway.Url, $"X-Api-Key: {shared.Gateway.Key}");
        Assert.Equal("401 0", await SendAsync($"{url}/v1.0/removebg", Upload));
        Assert.Equal("401 0", await SendAsync($"{url}/v1.0/removebg", Upload, "X-Api-Key: nonsense"));
        Assert.Equal("404 0", await SendAsync($"{url}/v1.0/removebackground", Upload, key));
        Assert.Equal("405 0", await SendAsync($"{url}/v1.0/account", Upload, key));
        Assert.Equal("400 0", await SendAsync($"{url}/v1.0/removebg", TooLarge, key));
        Assert.Equal("400 0", await SendAsync($"{url}/api/v1/clearbg", Upload));
        Assert.Equal("404 0", await SendAsync($"{url}/api/v1/clearbg", Upload, "X-App-Key: nonsense"));
        await using var books = new OperatorsBooks(shared.Folder);
        var application = $"X-App-Key: {(await books.CreateApplicationAsync(dailyLimit: 0)).Reveal()}";
        Assert.Equal("401 0", await SendAsync($"{url}/api/v1/clearbg", Upload, application, key));
        Assert.Equal("429 0", await SendAsync($"{url}/api/v1/clearbg", Upload, application));
    }

    [FactNeeds("curl")]
    public async Task One_past_the_minute_s_limit_sends_nothing()
    {
        await using var gateway = await Gateway.StartAsync(_folder.Path, [.. TinyModel.Write(_folder), ("Api__MegapixelsPerMinute", "1")]);
        using (var first = await gateway.RemoveAsync(Pictures.Cat, gateway.Key!))
        {
            Assert.Equal(System.Net.HttpStatusCode.OK, first.StatusCode);
        }

        Assert.Equal("429 0", await SendAsync($"{gateway.Url}/v1.0/removebg", Upload, $"X-Api-Key: {gateway.Key}"));
    }

    [FactNeeds("curl")]
    public async Task An_accepted_one_is_answered()
    {
        await File.WriteAllBytesAsync(_folder["heavy.jpg"], Pictures.Heavy(Upload));

        var said = await Curl.RunAsync(
            "%{http_code} %{size_upload}", "-H", $"X-Api-Key: {shared.Gateway.Key}", "-H", "Expect: 100-continue", "--expect100-timeout", "30",
            "-F", $"image_file=@{_folder["heavy.jpg"]}", "-F", "size=preview", "-o", _folder["out.png"], $"{shared.Gateway.Url}/v1.0/removebg");

        Assert.StartsWith("200 ", said, StringComparison.Ordinal);
        Assert.InRange(long.Parse(said.AsSpan(4), CultureInfo.InvariantCulture), Upload, Upload + 200_000);
        Assert.Equal(new PngFile(612, 408, 8, 6), PngFile.Read(await File.ReadAllBytesAsync(_folder["out.png"])));
    }

    /// <summary>Status and bytes sent of an upload of so many bytes, which curl begins only when it is told to.</summary>
    private async Task<string> SendAsync(string url, int bytes, params string[] headers)
    {
        await using (var file = File.Create(_folder["large.bin"]))
        {
            file.SetLength(bytes);
        }

        return await Curl.RunAsync(
            "%{http_code} %{size_upload}",
            ["-H", "Expect: 100-continue", "--expect100-timeout", "30", .. headers.SelectMany(static header => new[] { "-H", header }), "-F", $"image_file=@{_folder["large.bin"]}", "-o", "/dev/null", url]);
    }
}
