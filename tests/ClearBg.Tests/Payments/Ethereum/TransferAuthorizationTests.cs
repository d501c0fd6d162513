using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

public class TransferAuthorizationTests
{
    [Theory]
    [InlineData("eip155:84532")]
    [InlineData("eip155:8453")]
    public void Separates_domains_as_another_implementation_does(string network) =>
        Assert.Equal(Vectors.All.GetProperty("domains").GetProperty(network).String("separator"), Vectors.Domain(network).Separator.ToString());

    [Fact]
    public void Hashes_recovers_and_hands_in_as_another_implementation_does()
    {
        Assert.Equal(40, Vectors.Authorizations.Count());
        Assert.All(Vectors.Authorizations, vector =>
        {
            var authorization = Vectors.Authorization(vector);
            var digest = authorization.Digest(Vectors.Domain(vector.String("network")));
            var bytes = vector.Digits("signature");
            var signature = Signature.Parse(bytes)!;

            Assert.Equal(vector.String("digest"), digest.ToString());
            Assert.Equal(vector.String("signer"), signature.Recover(digest).ToString());
            Assert.Equal(bytes, signature.ToArray());
            Assert.Equal(vector.String("calldataVrs"), Hex.Format(Usdc.Transfer(authorization, signature)));
            Assert.Equal(vector.String("calldataBytes"), Hex.Format(Usdc.Transfer(authorization, bytes)));
        });
    }

    /// <summary>Each member is in the hash: a payer who signed one thing has not signed another.</summary>
    [Fact]
    public void Has_another_digest_with_any_other_member()
    {
        var authorization = Vectors.Authorization(Vectors.Authorizations.First());
        var domain = Vectors.Domain("eip155:84532");
        BigInteger odd = 123456789;

        TransferAuthorization[] others =
        [
            authorization, authorization with { From = authorization.To }, authorization with { To = authorization.From }, authorization with { Value = odd },
            authorization with { ValidAfter = odd }, authorization with { ValidBefore = odd }, authorization with { Nonce = default },
        ];
        Eip712Domain[] domains =
        [
            domain, domain with { Name = "USDC " }, domain with { Version = "1" }, domain with { ChainId = 1 }, domain with { VerifyingContract = default },
        ];

        Assert.Equal(others.Length * domains.Length, others.SelectMany(other => domains.Select(other.Digest)).Distinct().Count());
    }
}
