using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

/// <summary>The examples of https://ethereum.org/developers/docs/data-structures-and-encoding/rlp and the edges between its forms.</summary>
public class RlpTests
{
    [Theory]
    [InlineData("", "80")]
    [InlineData("00", "00")]
    [InlineData("7f", "7f")]
    [InlineData("80", "8180")]
    [InlineData("646f67", "83646f67")]
    public void Writes_strings(string bytes, string written) => Assert.Equal(written, Digits(Rlp.Bytes(Convert.FromHexString(bytes))));

    [Theory]
    [InlineData(55, "b7")]
    [InlineData(56, "b838")]
    [InlineData(255, "b8ff")]
    [InlineData(256, "b90100")]
    [InlineData(65536, "ba010000")]
    public void Writes_a_longer_string_behind_its_length(int length, string header) =>
        Assert.Equal(header + new string('f', 2 * length), Digits(Rlp.Bytes([.. Enumerable.Repeat((byte)0xFF, length)])));

    [Theory]
    [InlineData("0", "80")]
    [InlineData("1", "01")]
    [InlineData("127", "7f")]
    [InlineData("128", "8180")]
    [InlineData("1024", "820400")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639935", "a0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Writes_numbers_without_leading_zeros(string number, string written) => Assert.Equal(written, Digits(Rlp.Number(BigInteger.Parse(number, null))));

    [Fact]
    public void Writes_lists()
    {
        Assert.Equal("c0", Digits(Rlp.List()));
        Assert.Equal("c88363617483646f67", Digits(Rlp.List(Rlp.Bytes("cat"u8), Rlp.Bytes("dog"u8))));
        Assert.Equal("c7c0c1c0c3c0c1c0", Digits(Rlp.List(Rlp.List(), Rlp.List(Rlp.List()), Rlp.List(Rlp.List(), Rlp.List(Rlp.List())))));
        Assert.Equal("f838b7" + new string('f', 110), Digits(Rlp.List(Rlp.Bytes([.. Enumerable.Repeat((byte)0xFF, 55)]))));
    }

    private static string Digits(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
