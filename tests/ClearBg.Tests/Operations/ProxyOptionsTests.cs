using ClearBg.Api;
using ClearBg.Operations;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Operations;

public class ProxyOptionsTests
{
    [Theory]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("fd00::/8", true)]
    [InlineData("proxy.local", false)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("", false)]
    [InlineData("10/8", false)]
    [InlineData("010.0.0.0/8", false)]
    [InlineData("10.1.2.3/8", false)]
    [InlineData("10", false)]
    [InlineData("1.2.3", false)]
    public void Networks_are_networks_or_addresses(string network, bool isValid) =>
        Assert.Equal(isValid, new ProxyOptionsValidator().Validate(null, new ProxyOptions { Networks = [network] }).Succeeded);

    [Fact]
    public void Every_mistake_in_the_section_of_the_apis_is_told()
    {
        var result = new ApiOptionsValidator().Validate(Options.DefaultName, new ApiOptions { Profile = (ClearBg.Credits.ApiProfile)7, MegapixelsPerMinute = 0, FreeCallsPerAddress = -1 });

        Assert.Equal(3, result.Failures!.Count());
    }
}
