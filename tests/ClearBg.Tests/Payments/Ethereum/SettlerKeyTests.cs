using System.Security.Cryptography;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

public class SettlerKeyTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("secret")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0x1111111111111111111111111111111111111111111111111111111111111111 ")]
    [InlineData("0x11111111111111111111111111111111111111111111111111111111111111")]
    public void Rejects_what_is_no_key(string? text) => Assert.False(SettlerKey.TryParse(text, out _));

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")]
    [InlineData("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "0x80C0dbf239224071c59dD8970ab9d542E3414aB2")]
    public void Takes_the_least_and_the_greatest_key(string text, string address)
    {
        Assert.True(SettlerKey.TryParse(text, out var key));
        using (key)
        {
            Assert.Equal(address, key.Address.ToString());
        }
    }

    [Fact]
    public void Signs_so_that_the_account_is_recovered_and_s_is_low()
    {
        var vector = Vectors.Transactions.First();
        Assert.True(SettlerKey.TryParse(vector.String("key"), out var key));
        using (key)
        {
            Assert.Equal(vector.String("from"), key.Address.ToString());

            // Half of all signatures come with a high s and half with an odd parity: forty of them show every case.
            var signatures = Enumerable.Range(0, 40).Select(_ => new Bytes32(RandomNumberGenerator.GetBytes(32))).Select(digest => (digest, Signature: key.Sign(digest))).ToList();
            Assert.All(signatures, signed => Assert.Equal(key.Address, Signature.Parse(signed.Signature.ToArray())!.Recover(signed.digest)));
            Assert.Equal(2, signatures.Select(signed => signed.Signature.IsOdd).Distinct().Count());
        }
    }
}
