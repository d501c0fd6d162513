using System.Net;
using System.Net.Sockets;
using ClearBg.Tests.Api;

namespace ClearBg.Tests.Intake;

/// <summary>How long a fetch may take, and what happens when somebody doesn't want to wait.</summary>
public class PictureDownloadTimeTests
{
    private const string Picture = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\u0089PNG";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly StoppedTime _time = new();

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nslow")]
    public async Task A_server_that_falls_silent_is_left_after_ten_seconds(string start)
    {
        await using var origin = Origin.FallingSilentAfter(start);
        using var fetching = new Fetching(time: _time);
        var refusing = fetching.RefusesAsync($"http://pictures.test:{origin.Port}/", "from pictures.test: it took too long");
        await Gateway.EventuallyAsync(() => origin.Heads.Count == 1 && fetching.Pool.Rented > 0 == start.EndsWith("slow", StringComparison.Ordinal));

        _time.RunOut(Deadline);

        await refusing;
        await Gateway.EventuallyAsync(() => origin.Ended == 1);
    }

    [Fact]
    public async Task Redirects_do_not_start_the_time_anew()
    {
        await using var origin = new Origin(async (head, stream, stop) =>
        {
            if (head.StartsWith("GET / ", StringComparison.Ordinal))
            {
                await stream.WriteAsync("HTTP/1.1 302 Found\r\nLocation: /slow\r\n\r\n"u8.ToArray(), stop);
                return;
            }

            await Origin.HangUpAsync(stream, stop);
        });
        using var fetching = new Fetching(time: _time);
        var refusing = fetching.RefusesAsync($"http://pictures.test:{origin.Port}/", "it took too long");
        await Gateway.EventuallyAsync(() => origin.Heads.Count == 2);

        // The one timer of this length, for both.
        _time.RunOut(Deadline);

        await refusing;
    }

    [Fact]
    public async Task A_name_that_takes_too_long_to_resolve_is_given_up()
    {
        using var fetching = new Fetching(static async (_, stop) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return [];
        }, time: _time);
        var refusing = fetching.RefusesAsync("http://slow.test/", "from slow.test: it took too long");

        _time.RunOut(Deadline);

        await refusing;
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow")]
    public async Task A_caller_who_leaves_stops_it(string start)
    {
        await using var origin = Origin.FallingSilentAfter(start);
        using var fetching = new Fetching(time: _time);
        using var gone = new CancellationTokenSource();
        var fetched = fetching.FetchAsync($"http://pictures.test:{origin.Port}/", cancellation: gone.Token);
        await Gateway.EventuallyAsync(() => origin.Heads.Count == 1 && fetching.Pool.Rented > 0 == start.Length > 0);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetched);
        await Gateway.EventuallyAsync(() => origin.Ended == 1);
        Assert.Equal("", fetching.Log);
    }

    [Fact]
    public async Task An_address_that_refuses_gives_way_to_the_next()
    {
        await using var origin = Origin.Saying(Picture);
        using var fetching = new Fetching(static _ => ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1"], "127.0.0.0/8");

        Assert.Equal(4, (await fetching.FetchAsync($"http://pictures.test:{origin.Port}/")).Bytes?.Length);
    }

    /// <summary>A name with hundreds of addresses would have us scan their owners.</summary>
    [Fact]
    public async Task A_fifth_address_is_not_tried()
    {
        await using var origin = Origin.Saying(Picture);
        using var fetching = new Fetching(static _ => ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1"], "127.0.0.0/8");

        await fetching.RefusesAsync($"http://pictures.test:{origin.Port}/", "from pictures.test: ConnectionRefused");

        Assert.Equal(0, origin.Connections);
    }

    /// <summary>Where IPv6 is configured but leads nowhere, the first address of most hosts is such a one.</summary>
    [Fact]
    public async Task An_address_that_does_not_answer_gives_way_to_the_next_after_a_quarter_of_the_time()
    {
        await using var origin = Origin.Saying(Picture);

        // A full queue of connections: Linux drops what comes on top without a word.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), origin.Port));
        full.Listen(0);
        using var queued = new TcpClient("127.0.0.2", origin.Port);
        using var fetching = new Fetching(static _ => ["127.0.0.2", "127.0.0.1"], "127.0.0.0/8", _time);
        var fetched = fetching.FetchAsync($"http://pictures.test:{origin.Port}/");
        await Gateway.EventuallyAsync(() => _time.Has(Deadline / 4));
        Assert.Equal(0, origin.Connections);

        _time.RunOut(Deadline / 4);

        Assert.Equal(4, (await fetched).Bytes?.Length);
    }
}
