using System.Net;
using System.Net.Sockets;

namespace ClearBg.SystemTests;

/// <summary>What a client and an attacker see of a running gateway.</summary>
public sealed class RunningTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    /// <summary>A body that no picture fits in, bytes.</summary>
    private const int TooLarge = 26 << 20;

    private readonly Gateway _gateway = shared.Gateway;

    [Fact]
    public async Task Answers_the_health_verb()
    {
        var ready = await Shell.RunAsync(["dotnet", Gateway.Program, "health", "--url", _gateway.Url]);
        Assert.Equal((0, "ready"), (ready.Code, ready.Output.Trim()));

        // Bound and not listened on: nobody answers there, and nobody else can take it.
        using var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var nobody = await Shell.RunAsync(["dotnet", Gateway.Program, "health", "--url", $"http://{held.LocalEndPoint}"]);
        Assert.Equal(1, nobody.Code);
        Assert.Contains("does not answer", nobody.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keeps_its_memory_through_good_and_hostile_pictures()
    {
        (byte[] Picture, HttpStatusCode Answer)[] mix =
        [
            (Pictures.Cat, HttpStatusCode.OK),
            (Pictures.Truncated, HttpStatusCode.BadRequest),
            ("<html>no picture</html>"u8.ToArray(), HttpStatusCode.BadRequest),
            (Pictures.Tower, HttpStatusCode.BadRequest),
            (new byte[TooLarge], HttpStatusCode.BadRequest),
            (Pictures.Rocket, HttpStatusCode.OK),
            (Pictures.TruncatedJpeg, HttpStatusCode.BadRequest),
            ([0xFF, 0xD8, 0xFF], HttpStatusCode.BadRequest),
            (Pictures.Tower, HttpStatusCode.BadRequest),
            (new byte[TooLarge], HttpStatusCode.BadRequest),
        ];
        await SendAllAsync();
        var before = _gateway.ResidentKilobytes();

        for (var round = 0; round < 6; round++)
        {
            await SendAllAsync();
        }

        var after = _gateway.ResidentKilobytes();
        Assert.True(after <= before * 1.25, $"{before} kB became {after} kB.");

        // Buffers that are kept for the next request of their kind are there after the first round.
        async Task SendAllAsync()
        {
            foreach (var (picture, answer) in mix)
            {
                await SendAsync(picture, answer);
            }
        }
    }

    private async Task SendAsync(byte[] picture, HttpStatusCode expected)
    {
        using var answer = await _gateway.RemoveAsync(picture, _gateway.Key!);
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode} in place of {expected}: {System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 400)))}");
    }
}
