using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments;

/// <summary>
/// A payment as it can be read: on a network that is known, with numbers and addresses that are some. Whether it holds against our terms is another matter
/// (<see cref="PaymentVerification"/>), and whether its signature is good and the money there is the chain's to say.
/// </summary>
/// <param name="Version">Of x402 as it came: 1 or 2. It decides how answers name things, not what the payment is.</param>
/// <param name="Network">Where it is to be made.</param>
/// <param name="Authorization">What was signed.</param>
/// <param name="Signature">As sent: 65 bytes of a key's, or whatever the payer's contract understands.</param>
internal sealed record Payment(int Version, PaymentNetwork Network, TransferAuthorization Authorization, byte[] Signature)
{
    /// <summary>Chain, token, payer and nonce, which the token lets pay once: <c>8453:0x8335…:0x7099…:0xf051…</c>, lower-case. The same in both versions.</summary>
    public string Id { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Network.ChainId}:{Hex.Format(Network.Usdc.ToArray())}:{Hex.Format(Authorization.From.ToArray())}:{Authorization.Nonce}");

    /// <summary>
    /// SHA-256, in hexadecimal, of everything that was signed and of the signature: tells one payload from another under the same id. A key's signature counts in its one form,
    /// whichever v it came with.
    /// </summary>
    public string PayloadHash { get; } = HashOf(Authorization, Signature);

    /// <summary>The network in the payment's own version's words.</summary>
    public string NetworkName => Network.NameIn(Version);

    /// <summary>True when it can still be settled that much later: the chain's bound is strict, and the block's time is not ours.</summary>
    public bool HoldsUntil(DateTimeOffset time) => Authorization.ValidBefore >= time.ToUnixTimeSeconds();

    private static string HashOf(TransferAuthorization signed, byte[] signature) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{signed.From} {signed.To} {signed.Value} {signed.ValidAfter} {signed.ValidBefore} {signed.Nonce} {Hex.Format(Ethereum.Signature.Parse(signature)?.ToArray() ?? signature)}"))));
}
