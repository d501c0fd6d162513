using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>A transaction of EIP-1559 (type 2 of EIP-2718) that calls a contract, with an empty access list.</summary>
/// <param name="ChainId">EIP-155's number of the chain.</param>
/// <param name="Nonce">How many transactions of the sender came before.</param>
/// <param name="TipCap">Most wei per gas for whoever builds the block (maxPriorityFeePerGas).</param>
/// <param name="FeeCap">Most wei per gas in all (maxFeePerGas).</param>
/// <param name="GasLimit">Most gas.</param>
/// <param name="To">The contract.</param>
/// <param name="Value">Wei sent along.</param>
/// <param name="Data">Selector and arguments.</param>
internal sealed record FeeMarketTransaction(
    long ChainId, long Nonce, BigInteger TipCap, BigInteger FeeCap, long GasLimit, Address To, BigInteger Value, byte[] Data)
{
    private const byte Type = 2;

    /// <summary>What the sender signs.</summary>
    public Bytes32 Digest() => Keccak256.Hash([Type, .. Rlp.List(Fields())]);

    /// <summary>What is broadcast.</summary>
    public byte[] Encode(Signature signature) =>
        [Type, .. Rlp.List([.. Fields(), Rlp.Number(signature.IsOdd ? 1 : 0), Rlp.Number(signature.R), Rlp.Number(signature.S)])];

    /// <summary>Signs it: what is broadcast, and its hash, by which it is found on the chain.</summary>
    public SignedTransaction Sign(SettlerKey key)
    {
        var raw = Encode(key.Sign(Digest()));
        return new(raw, Keccak256.Hash(raw));
    }

    private byte[][] Fields() =>
    [
        Rlp.Number(ChainId),
        Rlp.Number(Nonce),
        Rlp.Number(TipCap),
        Rlp.Number(FeeCap),
        Rlp.Number(GasLimit),
        Rlp.Bytes(To.ToArray()),
        Rlp.Number(Value),
        Rlp.Bytes(Data),
        Rlp.List(),
    ];
}

/// <param name="Raw">As broadcast.</param>
/// <param name="Hash">Its name on the chain.</param>
internal sealed record SignedTransaction(byte[] Raw, Bytes32 Hash);
