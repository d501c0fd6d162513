using System.Net;
using ClearBg.Intake;

namespace ClearBg.Tests.Intake;

public class PublicAddressTests
{
    /// <summary>The last address before a network, its first, its last, and the first one after it. Where a neighbour isn't public either, there is none.</summary>
    [Theory]
    [InlineData(null, "0.0.0.0", "0.255.255.255", "1.0.0.0")]
    [InlineData("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0")]
    [InlineData("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0")]
    [InlineData("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0")]
    [InlineData("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17")]
    [InlineData("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0")]
    [InlineData("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0")]
    [InlineData("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0")]
    [InlineData("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0")]
    [InlineData("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0")]
    [InlineData("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0")]
    [InlineData("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0")]
    [InlineData("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0")]
    [InlineData("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0")]
    [InlineData("223.255.255.255", "224.0.0.0", "239.255.255.255", null)]
    [InlineData(null, "240.0.0.0", "255.255.255.255", null)]
    [InlineData("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::")]
    [InlineData("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::")]
    [InlineData("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::")]
    [InlineData("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::")]
    public void A_network_that_is_not_public_ends_where_it_ends(string? before, string first, string last, string? after)
    {
        Assert.False(IsPublic(first));
        Assert.False(IsPublic(last));
        Assert.True(before is null || IsPublic(before));
        Assert.True(after is null || IsPublic(after));
    }

    /// <summary>Public IPv6 is 2000::/3: these networks lie outside of it, and so do their neighbours.</summary>
    [Theory]
    [InlineData("::", "::ffff:ffff")]
    [InlineData("::1", "::1")]
    [InlineData("::ffff:0:0", "::ffff:ffff:ffff")]
    [InlineData("64:ff9b::", "64:ff9b::ffff:ffff")]
    [InlineData("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("100::", "100::ffff:ffff:ffff:ffff")]
    [InlineData("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void Outside_of_global_unicast_nothing_is_public(string first, string last)
    {
        Assert.False(IsPublic(first));
        Assert.False(IsPublic(last));
    }

    [Theory]
    [InlineData("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false)]
    [InlineData("2000::", true)]
    [InlineData("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true)]
    [InlineData("4000::", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2606:4700:4700::1111%3", false)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("::8.8.8.8", false)]
    [InlineData("64:ff9b::8.8.8.8", false)]
    [InlineData("2002:808:808::1", false)]
    [InlineData("2606:4700::5efe:8.8.8.8", true)]
    [InlineData("2606:4700::5efe:127.0.0.1", false)]
    [InlineData("2606:4700::200:5efe:10.0.0.1", false)]
    public void What_wraps_another_address_is_no_better_than_it(string address, bool isPublic) => Assert.Equal(isPublic, IsPublic(address));

    [Theory]
    [InlineData("::10.1.2.3", "10.1.2.3")]
    [InlineData("64:ff9b::169.254.169.254", "169.254.169.254")]
    [InlineData("2002:7f00:1::", "127.0.0.1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45")]
    [InlineData("fe80::5efe:10.1.2.3", "10.1.2.3")]
    [InlineData("2606:4700::1:5efe:10.1.2.3", null)]
    [InlineData("2606:4700::1111", null)]
    [InlineData("127.0.0.1", null)]
    public void Finds_the_address_inside(string address, string? inside) => Assert.Equal(inside, EmbeddedIPv4.In(IPAddress.Parse(address))?.ToString());

    private static bool IsPublic(string address) => PublicAddress.IsPublic(IPAddress.Parse(address));
}
