using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// EIP-3009's permission to move a token, which its owner signs and anyone may hand in. All numbers must fit <see cref="UInt256"/>.
/// </summary>
/// <param name="From">Who pays.</param>
/// <param name="To">Who is paid.</param>
/// <param name="Value">In the token's smallest unit: millionths of a dollar for USDC.</param>
/// <param name="ValidAfter">Seconds since 1970; the block's time must be later.</param>
/// <param name="ValidBefore">Seconds since 1970; the block's time must be earlier.</param>
/// <param name="Nonce">Any 32 bytes that <paramref name="From"/> has not used with this token.</param>
internal sealed record TransferAuthorization(Address From, Address To, BigInteger Value, BigInteger ValidAfter, BigInteger ValidBefore, Bytes32 Nonce)
{
    private static readonly Bytes32 Type = Keccak256.Hash(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"u8);

    /// <summary>What the owner signed.</summary>
    public Bytes32 Digest(Eip712Domain domain) => domain.Digest(Keccak256.Hash(WriteTo(new AbiWriter().Add(Type)).ToArray()));

    /// <summary>The six members, in the order that both the hash and the contract's functions have.</summary>
    public AbiWriter WriteTo(AbiWriter writer) => writer.Add(From).Add(To).Add(Value).Add(ValidAfter).Add(ValidBefore).Add(Nonce);
}
