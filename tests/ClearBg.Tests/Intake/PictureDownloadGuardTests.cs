using System.Globalization;
using System.Net.Sockets;
using ClearBg.Intake;
using ClearBg.Jobs;

namespace ClearBg.Tests.Intake;

/// <summary>What a caller must not reach through us. 127.0.0.1 stands for what may be fetched, 127.0.0.2 for what may not.</summary>
public class PictureDownloadGuardTests
{
    private const string Picture = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\u0089PNG";

    [Fact]
    public async Task A_name_is_resolved_once_and_only_what_was_judged_is_connected_to()
    {
        await using var judged = Origin.Saying(Picture);
        await using var inside = Origin.Saying(Picture, "127.0.0.2", judged.Port);
        using var fetching = new Fetching(static time => [time == 1 ? "127.0.0.1" : "127.0.0.2"]);

        var fetched = await fetching.FetchAsync($"http://rebinding.test:{judged.Port}/");

        Assert.Equal([0x89, .. "PNG"u8], fetched.Bytes);
        Assert.Equal(["rebinding.test"], fetching.Lookups);
        Assert.Equal((1, 0), (judged.Connections, inside.Connections));
    }

    [Fact]
    public async Task A_redirect_to_the_same_name_is_judged_again()
    {
        await using var origin = Origin.Saying("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
        await using var inside = Origin.Saying(Picture, "127.0.0.2", origin.Port);
        using var fetching = new Fetching(static time => [time == 1 ? "127.0.0.1" : "127.0.0.2"]);

        await fetching.RefusesAsync($"http://rebinding.test:{origin.Port}/", "Information: A picture could not be fetched from rebinding.test: a redirect leads to another port than 80 and 443");

        Assert.Equal(["rebinding.test", "rebinding.test"], fetching.Lookups);
        Assert.Equal((1, 0), (origin.Connections, inside.Connections));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.2")]
    [InlineData("127.0.0.2", "127.0.0.1")]
    [InlineData("127.0.0.1", "::1")]
    [InlineData("127.0.0.1", "::ffff:127.0.0.2")]
    public async Task One_address_that_is_not_public_condemns_the_host(params string[] addresses)
    {
        using var fetching = new Fetching(_ => addresses);

        await fetching.RefusesAsync("http://mixed.test/", $"{addresses.Single(static address => address != "127.0.0.1")} is not public");
    }

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://127。0。0。1/")]
    [InlineData("https://127.0.0.1:443/")]
    public async Task However_loopback_is_spelled_it_is_no_name(string url)
    {
        using var fetching = new Fetching(allowed: "");

        await fetching.RefusesAsync(url, "from 127.0.0.1: 127.0.0.1 is not public");

        Assert.Empty(fetching.Lookups);
    }

    [Theory]
    [InlineData("http://[::1]/", "::1")]
    [InlineData("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1")]
    [InlineData("http://[::127.0.0.1]/", "::127.0.0.1")]
    [InlineData("http://[64:ff9b::127.0.0.1]/", "64:ff9b::7f00:1")]
    [InlineData("http://[0:0:0:0:0:0:0:0]/", "::")]
    [InlineData("http://0/", "0.0.0.0")]
    [InlineData("http://169.254.169.254/latest/meta-data/", "169.254.169.254")]
    [InlineData("http://255.255.255.255/", "255.255.255.255")]
    public async Task Addresses_are_judged_in_every_notation(string url, string address)
    {
        using var fetching = new Fetching(allowed: "");

        await fetching.RefusesAsync(url, $"{address} is not public");
    }

    /// <summary>Behind NAT64 an operator may have to allow 64:ff9b::/96, which leads to 10.0.0.1 as well as to 8.8.8.8.</summary>
    [Theory]
    [InlineData("127.0.0.1/32", "http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1 is not public")]
    [InlineData("::/0", "http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1 is not public")]
    [InlineData("64:ff9b::/96", "http://[64:ff9b::127.0.0.1]/", "64:ff9b::7f00:1 is not public")]
    [InlineData("2002::/16", "http://[2002:7f00:1::]/", "2002:7f00:1:: is not public")]
    public async Task What_is_allowed_does_not_vouch_for_what_it_wraps(string allowed, string url, string reason)
    {
        using var fetching = new Fetching(allowed: allowed);

        await fetching.RefusesAsync(url, reason);
    }

    [Theory]
    [InlineData("http://localhost/", "localhost")]
    [InlineData("http://localhost./", "localhost.")]
    [InlineData("http://127.0.0.1./", "127.0.0.1.")]
    [InlineData("http://LOCALHOST/", "localhost")]
    [InlineData("http://１２７.0.0.1/", "xn--8g7ccp.0.0.1")]
    [InlineData("https://bücher.test/", "xn--bcher-kva.test")]
    public async Task Names_are_judged_by_what_they_resolve_to(string url, string name)
    {
        using var fetching = new Fetching(allowed: "");

        await fetching.RefusesAsync(url, $"from {name}: 127.0.0.1 is not public");

        Assert.Equal([name], fetching.Lookups);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_refused_like_one_that_is_blocked()
    {
        using var unknown = new Fetching(static (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        using var empty = new Fetching(static _ => []);

        await unknown.RefusesAsync("http://unknown.test/", "from unknown.test: the host has no address");
        await empty.RefusesAsync("http://empty.test/", "from empty.test: the host has no address");
    }

    /// <summary>Nor do names inside that exist differ from others on any port.</summary>
    [Theory]
    [InlineData("http://known.test:8080/")]
    [InlineData("http://unknown.test:8080/")]
    [InlineData("https://known.test:80443/")]
    [InlineData("http://127.0.0.2:22/")]
    [InlineData("http://known.test:0/")]
    [InlineData("ftp://known.test/")]
    [InlineData("http://me:secret@known.test/")]
    public async Task Other_ports_schemes_and_user_names_make_a_malformed_URL(string url)
    {
        using var fetching = new Fetching(static (host, _) => host == "known.test" ? Task.FromResult<string[]>(["127.0.0.2"]) : throw new SocketException((int)SocketError.HostNotFound));

        var image = await fetching.FetchAsync(url);
        var background = await fetching.FetchAsync(url, UrlField.Background);

        Assert.Equal((FailureCode.InvalidImageUrl, "image_url must be an http or https URL on port 80 or 443, without user name, of at most 2,048 characters.", null), image);
        Assert.Equal((FailureCode.InvalidBackgroundImageUrl, "bg_image_url must be an http or https URL on port 80 or 443, without user name, of at most 2,048 characters.", null), background);
    }

    [Theory]
    [InlineData("http://127.0.0.2/", "127.0.0.2 is not public")]
    [InlineData("http://127.0.0.2:{0}/", "a redirect leads to another port than 80 and 443")]
    [InlineData("//127.0.0.2/", "127.0.0.2 is not public")]
    [InlineData("http://169.254.169.254/", "169.254.169.254 is not public")]
    [InlineData("http://[::1]/", "::1 is not public")]
    [InlineData("https://10.0.0.1/", "10.0.0.1 is not public")]
    [InlineData("file:///etc/passwd", "a redirect leads to no URL that is fetched")]
    [InlineData("ftp://127.0.0.1:{0}/", "a redirect leads to no URL that is fetched")]
    [InlineData("http://me:secret@127.0.0.1:{0}/", "a redirect leads to no URL that is fetched")]
    public async Task A_redirect_leads_no_further_than_a_caller_could(string location, string reason)
    {
        var port = 0;
        await using var origin = new Origin((_, stream, stop) => stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"HTTP/1.1 302 Found\r\nLocation: {string.Format(CultureInfo.InvariantCulture, location, port)}\r\nContent-Length: 0\r\n\r\n"), stop).AsTask());
        port = origin.Port;
        await using var inside = Origin.Saying(Picture, "127.0.0.2", port);
        using var fetching = new Fetching();

        await fetching.RefusesAsync($"http://pictures.test:{port}/", reason);

        Assert.Equal((1, 0), (origin.Connections, inside.Connections));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Three_redirects_are_followed_and_a_fourth_is_not(int status)
    {
        await using var origin = new Origin((head, stream, stop) => stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(
            head.StartsWith("GET /3 ", StringComparison.Ordinal) ? Picture
            : string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Elsewhere\r\nLocation: {head[5] - '0' + 1}\r\nContent-Length: 9999999\r\n\r\n")), stop).AsTask());
        using var fetching = new Fetching();

        Assert.Equal(4, (await fetching.FetchAsync($"http://pictures.test:{origin.Port}/0")).Bytes?.Length);
        Assert.Equal(4, fetching.Lookups.Count);
        Assert.Equal(
            (FailureCode.FailedImageDownload, "The URL leads through more than 3 redirects.", null),
            await fetching.FetchAsync($"http://pictures.test:{origin.Port}/4"));
        Assert.Equal(8, origin.Connections);
    }

    [Fact]
    public async Task The_log_holds_neither_path_nor_query()
    {
        await using var origin = Origin.Saying("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        using var fetching = new Fetching();

        await fetching.FetchAsync($"http://pictures.test:{origin.Port}/private?signature=secret#part");

        Assert.Equal("Information: A picture could not be fetched from pictures.test: HTTP Status 403", fetching.Log);
    }
}
