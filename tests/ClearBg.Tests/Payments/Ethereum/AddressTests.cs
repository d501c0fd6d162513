using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

public class AddressTests
{
    /// <summary>The test cases of EIP-55.</summary>
    [Theory]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void Is_written_with_the_case_that_checks_it_and_read_in_any_case(string text)
    {
        Assert.True(Address.TryParse(text, out var address));
        Assert.True(Address.TryParse(text.ToLowerInvariant(), out var lower));
        Assert.True(Address.TryParse("0x" + text[2..].ToUpperInvariant(), out var upper));

        Assert.Equal(text, address.ToString());
        Assert.True(address == lower && address == upper);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0X52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE70")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EEG")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169E٣٣")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE ")]
    public void Rejects_anything_but_twenty_bytes_in_hexadecimal(string? text) => Assert.False(Address.TryParse(text, out _));

    [Fact]
    public void Differs_from_another_in_any_byte()
    {
        var bytes = Enumerable.Range(1, Address.Length).Select(number => (byte)number).ToArray();
        var address = new Address(bytes);

        Assert.Equal(bytes, address.ToArray());
        for (var i = 0; i < bytes.Length; i++)
        {
            byte[] other = [.. bytes];
            other[i]++;
            Assert.NotEqual(address, new Address(other));
        }
    }
}
