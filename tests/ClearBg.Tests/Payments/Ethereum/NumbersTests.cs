using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

public class NumbersTests
{
    private const string Max = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

    [Theory]
    [InlineData("0")]
    [InlineData("50000")]
    [InlineData(Max)]
    public void Reads_decimal_numbers_that_a_word_can_hold(string text)
    {
        Assert.True(UInt256.TryParseDecimal(text, out var number));
        Assert.Equal(text, number.ToString(null, null));
        Assert.Equal(number, UInt256.Read(UInt256.ToWord(number)));
        Assert.Equal(32, UInt256.ToWord(number).Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1\n")]
    [InlineData("1\0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("٣")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000000000000000001")]
    public void Rejects_other_decimal_numbers(string? text) => Assert.False(UInt256.TryParseDecimal(text, out _));

    [Fact]
    public void Writes_no_number_that_a_word_cannot_hold()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => UInt256.ToWord(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => UInt256.ToWord(UInt256.Max + 1));
    }

    [Theory]
    [InlineData("0x0", "0")]
    [InlineData("0x0f", "15")]
    [InlineData("0x8", "8")]
    [InlineData("0xFf", "255")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", Max)]
    public void Reads_quantities(string text, string number)
    {
        Assert.True(Hex.TryParseQuantity(text, out var read));
        Assert.Equal(number, read.ToString(null, null));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("10")]
    [InlineData("0x-1")]
    [InlineData("0x 1")]
    [InlineData("0x1g")]
    [InlineData("0x10000000000000000000000000000000000000000000000000000000000000000")]
    public void Rejects_other_quantities(string? text) => Assert.False(Hex.TryParseQuantity(text, out _));

    [Theory]
    [InlineData("0", "0x0")]
    [InlineData("8", "0x8")]
    [InlineData("255", "0xff")]
    [InlineData("84532", "0x14a34")]
    public void Writes_quantities_without_leading_zeros(string number, string text) => Assert.Equal(text, Hex.FormatQuantity(BigInteger.Parse(number, null)));

    [Theory]
    [InlineData("0x", "")]
    [InlineData("0x00fF", "00ff")]
    public void Reads_bytes(string text, string bytes)
    {
        Assert.True(Hex.TryParse(text, out var read));
        Assert.Equal(bytes, Convert.ToHexStringLower(read));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0x0")]
    [InlineData("0x0g")]
    [InlineData("0x 0")]
    public void Rejects_other_bytes(string? text) => Assert.False(Hex.TryParse(text, out _));
}
