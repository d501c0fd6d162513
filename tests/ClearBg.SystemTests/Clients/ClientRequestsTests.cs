using System.IO.Compression;
using System.Text.Json;

namespace ClearBg.SystemTests.Clients;

/// <summary>Clients in other languages than this machine has, by what they write and what they do with the answer.</summary>
public sealed class ClientRequestsTests(ClientsGateway shared) : IClassFixture<ClientsGateway>
{
    private static readonly Dictionary<string, (string Request, Action<RawAnswer> Check)> Clients = new(StringComparer.Ordinal)
    {
        ["Ruby reads the result's size, type and price from headers"] = (ScriptRequests.Ruby, static answer =>
        {
            AssertIsPng(answer, 612, 408);
            Assert.Equal(("612", "408", "other"), (answer.Headers["X-Width"], answer.Headers["X-Height"], answer.Headers["X-Type"]));
            Assert.All(["X-Credits-Charged", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"], name => Assert.Matches(@"^\d+(\.\d+)?$", answer.Headers[name]));
        }),
        ["Ruby passes what an account has on as keyword arguments"] = (ScriptRequests.RubyAccount, static answer =>
        {
            using var json = JsonDocument.Parse(answer.Body);
            var attributes = json.RootElement.GetProperty("data").GetProperty("attributes");
            Assert.Equal(["credits", "api"], Names(attributes));
            Assert.Equal(["total", "subscription", "payg", "enterprise"], Names(attributes.GetProperty("credits")));
            Assert.Equal(["free_calls", "sizes"], Names(attributes.GetProperty("api")));
        }),
        ["The command line in Go makes its picture of a colour and a matte, which it takes for grey"] = (CompiledRequests.Go, static answer => AssertIsZip(answer, 640, 427)),
        ["PHP names every upload .png"] = (ScriptRequests.PhpFile, static answer => AssertIsPng(answer, 612, 408)),
        ["PHP sends base64 urlencoded"] = (ScriptRequests.PhpBase64, static answer => Assert.Equal((8, 6), (PngFile.Read(answer.Body).Depth, PngFile.Read(answer.Body).ColourType))),
        ["Python sends all defaults, some of them of its own making"] = (ScriptRequests.Python, static answer =>
        {
            AssertIsPng(answer, 612, 408);
            Assert.DoesNotContain("X-Type", answer.Headers.Keys);
        }),
        [".NET accepts nothing but images, and asks for ZIP"] = (CompiledRequests.DotNet, static answer => AssertIsZip(answer, 612, 408)),
        ["A browser asks before it sends a key"] = (BrowserRequests.Preflight, static answer =>
        {
            Assert.Equal(204, answer.Status);
            Assert.Equal("*", answer.Headers["Access-Control-Allow-Origin"]);
            Assert.Contains("POST", answer.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
            Assert.Contains("x-api-key", answer.Headers["Access-Control-Allow-Headers"].Split(", "), StringComparer.OrdinalIgnoreCase);
        }),
        ["A browser sends inputs that nobody filled in, and reads headers that it is allowed to"] = (BrowserRequests.Browser, static answer =>
        {
            AssertIsPng(answer, 640, 427);
            Assert.Equal("*", answer.Headers["Access-Control-Allow-Origin"]);
            var readable = answer.Headers["Access-Control-Expose-Headers"].Split(", ");
            Assert.All(answer.Headers.Keys.Where(static name => name.StartsWith("X-", StringComparison.Ordinal)), name => Assert.Contains(name, readable));
        }),
        ["Swift"] = (CompiledRequests.Swift, static answer => AssertIsPng(answer, 612, 408)),
        ["axios sends chunks, and expects bytes though it accepts JSON"] = (BrowserRequests.Axios, static answer => AssertIsPng(answer, 640, 427)),
    };

    public static TheoryData<string> Sentences => [.. Clients.Keys];

    [Theory]
    [MemberData(nameof(Sentences))]
    public async Task Understands_what_each_client_writes(string name)
    {
        var (request, check) = Clients[name];

        check(await SendAsync(shared.Gateway, request, shared.Gateway.Key!));
    }

    [Fact]
    public async Task Ruby_finds_the_title_of_the_first_error()
    {
        var answer = await SendAsync(shared.Gateway, ScriptRequests.Ruby, "nonsense");

        using var json = JsonDocument.Parse(answer.Body);
        Assert.Equal(401, answer.Status);
        Assert.NotEmpty(json.RootElement.GetProperty("errors")[0].GetProperty("title").GetString()!);
    }

    [Fact]
    public async Task Swift_knows_a_bad_key_by_403_which_the_profile_of_remove_bg_says()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await Gateway.StartAsync(folder.Path, [.. TinyModel.Write(folder), ("Api__Profile", "RemoveBg")]);

        Assert.Equal(403, (await SendAsync(gateway, CompiledRequests.Swift, "nonsense")).Status);
        AssertIsPng(await SendAsync(gateway, CompiledRequests.Swift, gateway.Key!), 612, 408);
    }

    private static async Task<RawAnswer> SendAsync(Gateway gateway, string request, string key)
    {
        using var connection = new RawConnection(gateway.Url);
        return await connection.SendAsync(ClientRequest.Write(request, gateway, key, Pictures.Rocket)) ?? throw new InvalidOperationException("There was no answer.");
    }

    private static void AssertIsPng(RawAnswer answer, int width, int height)
    {
        Assert.True(answer.Status == 200, answer.ToString());
        Assert.Equal("image/png", answer.Headers["Content-Type"]);
        Assert.Equal(new PngFile(width, height, 8, 6), PngFile.Read(answer.Body));
    }

    /// <summary>Both entries stored, and the matte of one grey byte a pixel.</summary>
    private static void AssertIsZip(RawAnswer answer, int width, int height)
    {
        Assert.True(answer.Status == 200, answer.ToString());
        Assert.Equal("application/zip", answer.Headers["Content-Type"]);
        using var archive = new ZipArchive(new MemoryStream(answer.Body));
        Assert.Equal(["color.jpg", "alpha.png"], archive.Entries.Select(static entry => entry.FullName));
        Assert.All(archive.Entries, static entry => Assert.Equal(entry.Length, entry.CompressedLength));
        Assert.Equal(new PngFile(width, height, 8, 0), PngFile.Read(Read(archive.Entries[1])));
        Assert.Equal([0xFF, 0xD8, 0xFF], Read(archive.Entries[0])[..3]);
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string[] Names(JsonElement json) => [.. json.EnumerateObject().Select(static property => property.Name)];
}
