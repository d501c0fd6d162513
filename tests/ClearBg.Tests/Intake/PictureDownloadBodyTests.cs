using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using ClearBg.Intake;
using ClearBg.Jobs;

namespace ClearBg.Tests.Intake;

/// <summary>What a server may send. At most 100,000 bytes are taken here.</summary>
public class PictureDownloadBodyTests
{
    private const string TooLarge = "The file is larger than 100,000 bytes.";

    [Fact]
    public async Task Asks_for_the_picture_and_says_nothing_of_the_caller()
    {
        await using var origin = Origin.Saying("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\n\u0089PNG");
        using var fetching = new Fetching();
        using var traced = new Activity("request").Start();

        var fetched = await fetching.FetchAsync($"http://pictures.test:{origin.Port}/a%20b.png?size=1#part");
        await fetching.FetchAsync($"http://pictures.test:{origin.Port}/a%20b.png?size=1#part");

        Assert.Equal([0x89, .. "PNG"u8], fetched.Bytes);
        Assert.Equal(2, origin.Connections);
        Assert.All(origin.Heads, head => Assert.Equal(
            ["Accept-Encoding: identity", "Connection: close", "GET /a%20b.png?size=1 HTTP/1.1", $"Host: pictures.test:{origin.Port}", "User-Agent: ClearBg"],
            head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP Status 404")]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 99999999999\r\n\r\n", "HTTP Status 500")]
    [InlineData("HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n\r\nsome", "HTTP Status 206")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "HTTP Status 204")]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n", "HTTP Status 401")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nLocation: /\r\n\r\n", "HTTP Status 304")]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "HTTP Status 302")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "The file is empty.")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "The file is empty.")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nsome", "The server sent the file with a Content-Encoding.")]
    public async Task An_answer_that_is_no_picture_is_told(string answer, string detail)
    {
        await using var origin = Origin.Saying(answer);
        using var fetching = new Fetching();

        Assert.Equal((FailureCode.FailedImageDownload, detail, null), await fetching.FetchAsync($"http://pictures.test:{origin.Port}/"));
        Assert.Equal((FailureCode.FailedBackgroundDownload, detail, null), await fetching.FetchAsync($"http://pictures.test:{origin.Port}/", UrlField.Background));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more", "four")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil it ends", "until it ends")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nold", "old")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 5\r\n\r\nplain", "plain")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n", "one two")]
    public async Task Takes_what_a_server_announced(string answer, string body)
    {
        await using var origin = Origin.Saying(answer);
        using var fetching = new Fetching();

        Assert.Equal(body, Encoding.Latin1.GetString((await fetching.FetchAsync($"http://pictures.test:{origin.Port}/")).Bytes ?? []));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfewer", "ResponseEnded")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfew", "ResponseEnded")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nfew", "InvalidResponse")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\nfew", "InvalidResponse")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", "ResponseEnded")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "InvalidResponse")]
    [InlineData("", "ResponseEnded")]
    public async Task What_is_cut_short_or_no_HTTP_is_refused(string answer, string reason)
    {
        await using var origin = Origin.Saying(answer);
        using var fetching = new Fetching();

        await fetching.RefusesAsync($"http://pictures.test:{origin.Port}/", $"from pictures.test: {reason}");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-Flood: 0123456789abcdef0123456789abcdef\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Flood: ", "0123456789abcdef")]
    [InlineData("HTTP/1.1 200 ", "0123456789abcdef")]
    [InlineData("", "HTTP/1.1 103 Early Hints\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", "X-Flood: 0123456789abcdef0123456789abcdef\r\n")]
    public async Task A_flood_of_headers_ends(string start, string more)
    {
        await using var origin = Origin.SayingForever(start, more);
        using var fetching = new Fetching();

        await fetching.RefusesAsync($"http://pictures.test:{origin.Port}/", "ConfigurationLimitExceeded");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "0123456789abcdef0123456789abcdef")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "20\r\n0123456789abcdef0123456789abcdef\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n", "0123456789abcdef0123456789abcdef")]
    public async Task A_body_without_end_is_left_at_the_limit(string start, string more)
    {
        await using var origin = Origin.SayingForever(start, more);
        using var fetching = new Fetching();

        Assert.Equal((FailureCode.FileTooLarge, TooLarge, null), await fetching.FetchAsync($"http://pictures.test:{origin.Port}/"));
    }

    [Fact]
    public async Task A_body_that_is_announced_too_large_is_not_waited_for()
    {
        await using var origin = Origin.FallingSilentAfter("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n");
        using var fetching = new Fetching(time: new StoppedTime());

        Assert.Equal((FailureCode.FileTooLarge, TooLarge, null), await fetching.FetchAsync($"http://pictures.test:{origin.Port}/", UrlField.Background));
    }

    [Fact]
    public async Task A_body_of_just_the_limit_is_taken()
    {
        await using var origin = Origin.Saying("HTTP/1.1 200 OK\r\n\r\n" + new string('a', 100_000));
        using var fetching = new Fetching();

        Assert.Equal(100_000, (await fetching.FetchAsync($"http://pictures.test:{origin.Port}/")).Bytes?.Length);
    }

    /// <summary>A gigabyte of zeros in a megabyte of gzip is a few lines of a script; nothing is inflated, asked for or not.</summary>
    [Theory]
    [InlineData("Content-Encoding: gzip\r\n", false)]
    [InlineData("content-encoding: GZip, identity\r\n", false)]
    [InlineData("", true)]
    public async Task Nothing_is_inflated(string header, bool isTaken)
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[10 << 20]);
        }

        await using var origin = Origin.Saying($"HTTP/1.1 200 OK\r\n{header}\r\n{Encoding.Latin1.GetString(bomb.ToArray())}");
        using var fetching = new Fetching();

        var (code, _, bytes) = await fetching.FetchAsync($"http://pictures.test:{origin.Port}/");

        Assert.Equal(isTaken ? null : FailureCode.FailedImageDownload, code);
        Assert.Equal(isTaken ? bomb.ToArray() : null, bytes);
    }
}
