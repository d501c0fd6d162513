using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// An ECDSA signature over secp256k1 in its one accepted form: r and s between 1 and the order, s not above half of it (EIP-2). For every signature with a high s
/// there is one with a low s; USDC refuses the high one, and so do transactions.
/// </summary>
internal sealed record Signature
{
    /// <summary>Bytes: r, s and v.</summary>
    public const int Length = 65;

    /// <summary>What v is above the parity, in the form of the ECRECOVER precompile.</summary>
    private const byte VBase = 27;

    private static readonly BigInteger HalfOrder = Secp256k1.Order >> 1;

    private Signature(BigInteger r, BigInteger s, bool isOdd) => (R, S, IsOdd) = (r, s, isOdd);

    public BigInteger R { get; }

    public BigInteger S { get; }

    /// <summary>Whether the y of the point behind r is odd: EIP-1559's yParity.</summary>
    public bool IsOdd { get; }

    /// <summary>27 or 28.</summary>
    public byte V => (byte)(VBase + (IsOdd ? 1 : 0));

    /// <summary>Reads r, s and v; v may be 27 or 28, or 0 or 1 as some signers write it. Null for anything else, a high s included.</summary>
    public static Signature? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length || bytes[^1] is not (0 or 1 or VBase or VBase + 1))
        {
            return null;
        }

        var (r, s) = (UInt256.Read(bytes[..32]), UInt256.Read(bytes[32..64]));
        return IsInRange(r, Secp256k1.Order - 1) && IsInRange(s, HalfOrder) ? new(r, s, bytes[^1] is 1 or VBase + 1) : null;
    }

    /// <summary>Makes it of r and s as a signer gives them, with s turned low, and the parity under which <paramref name="signer"/> is recovered. Null when there is none.</summary>
    public static Signature? Normalise(BigInteger r, BigInteger s, Bytes32 digest, Address signer)
    {
        var low = s > HalfOrder ? Secp256k1.Order - s : s;
        return Array.Find<Signature>([new(r, low, isOdd: false), new(r, low, isOdd: true)], candidate => candidate.Recover(digest) == signer);
    }

    /// <summary>Who signed the digest; null when no key can have. Takes milliseconds.</summary>
    public Address? Recover(Bytes32 digest) => Secp256k1.Recover(digest.ToNumber(), R, S, IsOdd) is { } key ? OfKey(key) : null;

    /// <summary>The account of a public key: the last 20 bytes of the hash of x and y.</summary>
    /// <param name="key">64 bytes.</param>
    public static Address OfKey(ReadOnlySpan<byte> key) => new(Keccak256.Hash(key).ToArray().AsSpan(Keccak256.Length - Address.Length));

    /// <summary>r, s and v, v being 27 or 28.</summary>
    public byte[] ToArray() => [.. UInt256.ToWord(R), .. UInt256.ToWord(S), V];

    private static bool IsInRange(BigInteger number, BigInteger most) => number.Sign > 0 && number <= most;
}
