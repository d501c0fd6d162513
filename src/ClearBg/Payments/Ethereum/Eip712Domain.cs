using System.Text;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// Where a signature holds: EIP-712's domain with the four members that USDC uses. A signature made for one token or one chain is worth nothing on another.
/// </summary>
/// <param name="Name">The token's name as its contract says it, which differs between chains: "USD Coin" on Base, "USDC" on its test network.</param>
/// <param name="Version">The contract's signing version: "2".</param>
/// <param name="ChainId">EIP-155's number of the chain.</param>
/// <param name="VerifyingContract">The token.</param>
internal sealed record Eip712Domain(string Name, string Version, long ChainId, Address VerifyingContract)
{
    private static readonly Bytes32 Type = Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);

    /// <summary>The domain's hash; what the contract answers to <c>DOMAIN_SEPARATOR()</c>.</summary>
    public Bytes32 Separator => Keccak256.Hash(new AbiWriter()
        .Add(Type)
        .Add(Keccak256.Hash(Encoding.UTF8.GetBytes(Name)))
        .Add(Keccak256.Hash(Encoding.UTF8.GetBytes(Version)))
        .Add(ChainId)
        .Add(VerifyingContract)
        .ToArray());

    /// <summary>What is signed for a message: the hash of 0x1901, this domain and the message's struct hash.</summary>
    public Bytes32 Digest(Bytes32 structHash) => Keccak256.Hash([0x19, 0x01, .. Separator.ToArray(), .. structHash.ToArray()]);
}
