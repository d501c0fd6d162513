using System.Net;
using ClearBg.Api;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Api;

public class ClientAddressTests
{
    private static readonly byte[] Disc = Pictures.Disc(64, 64);

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::%3", "2001:db8:1:2::/64")]
    public void A_customer_of_a_network_is_one_client(string address, string client) => Assert.Equal(client, ClientAddress.Of(IPAddress.Parse(address)));

    /// <summary>What a client says of itself counts only through a proxy that is configured; of several names the proxy's own, the last one, is taken.</summary>
    [Theory]
    [InlineData(null, 429)]
    [InlineData("10.0.0.0/8", 429)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.0.0.0/8", 200)]
    public async Task Only_a_configured_proxy_may_name_a_client(string? network, int second)
    {
        await using var gateway = await Gateway.StartAsync(network is null ? [] : [$"--Proxy:Networks:0={network}"]);
        var application = (await gateway.Applications.CreateAsync("camera", 1))!.Reveal();

        Assert.Equal(200, await StatusAsync("203.0.113.1"));
        Assert.Equal(second, await StatusAsync("203.0.113.2"));
        Assert.Equal(429, await StatusAsync("203.0.113.9, 203.0.113.1"));

        async Task<int> StatusAsync(string forwardedFor)
        {
            using var answer = await gateway.SendAsync(
                Gateway.Form(Disc, "image"), "/api/v1/clearbg", headers: [("X-App-Key", application), ("X-Forwarded-For", forwardedFor), ("X-Api-Key", "")]);
            return (int)answer.StatusCode;
        }
    }
}
