using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// Arguments of a call, as the contract ABI lays them out: a word of 32 bytes each; what has no fixed length stands behind all words, and its word says where.
/// https://docs.soliditylang.org/en/latest/abi-spec.html
/// </summary>
internal sealed class AbiWriter
{
    private readonly List<byte> _words = [];

    /// <summary>A uint of any width.</summary>
    public AbiWriter Add(BigInteger number) => AddWord(UInt256.ToWord(number));

    /// <summary>An address: twelve zeros in front.</summary>
    public AbiWriter Add(Address address) => AddWord([.. new byte[UInt256.Length - Address.Length], .. address.ToArray()]);

    /// <summary>A bytes32.</summary>
    public AbiWriter Add(Bytes32 bytes) => AddWord(bytes.ToArray());

    /// <summary>A bytes; it must be the last argument.</summary>
    public AbiWriter AddLast(ReadOnlySpan<byte> bytes)
    {
        Add(_words.Count + UInt256.Length).Add(bytes.Length);
        _words.AddRange(bytes);
        _words.AddRange(new byte[(UInt256.Length - (bytes.Length % UInt256.Length)) % UInt256.Length]);
        return this;
    }

    /// <summary>The arguments alone.</summary>
    public byte[] ToArray() => [.. _words];

    /// <summary>A function's selector and the arguments.</summary>
    /// <param name="selector">The first four bytes of the hash of its signature, as a number.</param>
    public byte[] ToCall(uint selector) => [(byte)(selector >> 24), (byte)(selector >> 16), (byte)(selector >> 8), (byte)selector, .. _words];

    private AbiWriter AddWord(ReadOnlySpan<byte> word)
    {
        _words.AddRange(word);
        return this;
    }
}
