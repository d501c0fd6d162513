using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// The key that hands authorizations in and pays for gas. The secret lives inside the framework's <see cref="ECDsa"/> and nowhere else; arithmetic of ours sees
/// only signatures, which are public. Any number of threads may sign.
/// </summary>
internal sealed class SettlerKey : IDisposable
{
    private const string Curve = "1.3.132.0.10"; // SEC 2, A.2.1: secp256k1

    private const int SecretLength = 32;

    private readonly ECDsa _key;
    private readonly Lock _lock = new();

    private SettlerKey(ECDsa key)
    {
        _key = key;
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        Address = Signature.OfKey([.. point.X!, .. point.Y!]);
    }

    /// <summary>Whose account it is.</summary>
    public Address Address { get; }

    /// <summary>Takes 64 hexadecimal digits, with or without 0x. False for anything else, zero and numbers from the curve's order on.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SettlerKey? key)
    {
        key = null;
        if (!Hex.TryParse(text is ['0', 'x', ..] ? text : "0x" + text, SecretLength, out var secret))
        {
            return false;
        }

        // Checked here, for the framework's providers differ in what they do to a secret out of range.
        if (!secret.AsSpan().ContainsAnyExcept((byte)0) || secret.AsSpan().SequenceCompareTo(UInt256.ToWord(Secp256k1.Order)) >= 0)
        {
            return false;
        }

        key = new SettlerKey(ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromValue(Curve), D = secret }));
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }

    /// <summary>Signs a digest. Two signatures of one digest differ.</summary>
    public Signature Sign(Bytes32 digest)
    {
        byte[] bytes;
        lock (_lock)
        {
            bytes = _key.SignHash(digest.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        return Signature.Normalise(UInt256.Read(bytes.AsSpan(0, 32)), UInt256.Read(bytes.AsSpan(32)), digest, Address)
            ?? throw new CryptographicException("A signature that was just made leads to no key.");
    }

    public void Dispose() => _key.Dispose();
}
