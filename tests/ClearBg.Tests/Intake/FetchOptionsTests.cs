using ClearBg.Intake;

namespace ClearBg.Tests.Intake;

public class FetchOptionsTests
{
    [Theory]
    [InlineData("10.0.0.0/8")]
    [InlineData("127.0.0.1/32")]
    [InlineData("FD00:1::/64")]
    [InlineData("::1/128")]
    public void A_network_is_an_address_and_the_length_of_its_prefix(string network) => Assert.Empty(Mistakes(10, network));

    /// <summary>The framework takes the first four without a word, for 0.0.0.0/8, 10.0.0.0/8, 8.0.0.0/8 and fd00::/8.</summary>
    [Theory]
    [InlineData("10/8")]
    [InlineData("10.1.2.3/8")]
    [InlineData("010.0.0.0/8")]
    [InlineData("fd00::1/8")]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.0/33")]
    [InlineData("pictures.internal")]
    [InlineData(" 10.0.0.0/8")]
    [InlineData("")]
    public void What_is_no_network_is_a_mistake_that_is_told_at_start(string network) =>
        Assert.Contains($"Fetch:AllowedNetworks: '{network}' is not a network", Assert.Single(Mistakes(10, network)), StringComparison.Ordinal);

    [Fact]
    public void All_mistakes_are_told_at_once() => Assert.Equal(3, Mistakes(0, "here", "10.0.0.0/8", "there").Length);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(300, 0)]
    [InlineData(301, 1)]
    public void Seconds_have_bounds(int seconds, int mistakes) => Assert.Equal(mistakes, Mistakes(seconds).Length);

    private static string[] Mistakes(int seconds, params string[] networks) =>
        [.. new FetchOptionsValidator().Validate(null, new FetchOptions { Seconds = seconds, AllowedNetworks = networks }).Failures ?? []];
}
