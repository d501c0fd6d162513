using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

public class SignatureTests
{
    private static readonly byte[] Good = Vectors.Authorizations.First().Digits("signature");

    private static readonly Bytes32 Digest = new(Vectors.Authorizations.First().Digits("digest"));

    public static TheoryData<string, string> Malformed => new()
    {
        { "no bytes", "" },
        { "64 bytes, EIP-2098's short form among them", With(0, "", 64) },
        { "66 bytes", With(65, "00", 66) },
        { "v of 2", With(64, "02") },
        { "v of 26", With(64, "1a") },
        { "v of 29", With(64, "1d") },
        { "v of 255", With(64, "ff") },
        { "r of zero", With(0, new string('0', 64)) },
        { "r of the order", With(0, Word(Secp256k1.Order)) },
        { "r of all ones", With(0, new string('f', 64)) },
        { "s of zero", With(32, new string('0', 64)) },
        { "s of the order", With(32, Word(Secp256k1.Order)) },
        { "s just above half of the order", With(32, Word((Secp256k1.Order >> 1) + 1)) },
        { "the other s of a good signature, with the other v", With(32, Word(Secp256k1.Order - new BigInteger(Good.AsSpan(32, 32), true, true)) + (Good[64] == 27 ? "1c" : "1b")) },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Rejects(string what, string digits)
    {
        Assert.NotEmpty(what);
        Assert.Null(Signature.Parse(Convert.FromHexString(digits)));
    }

    [Fact]
    public void Takes_v_without_its_base_and_s_of_just_half_the_order()
    {
        var signature = Signature.Parse(Convert.FromHexString(With(64, Good[64] == 27 ? "00" : "01")))!;

        Assert.Equal(Good, signature.ToArray());
        Assert.NotNull(Signature.Parse(Convert.FromHexString(With(32, Word(Secp256k1.Order >> 1)))));
        Assert.NotNull(Signature.Parse(Convert.FromHexString(With(0, Word(Secp256k1.Order - 1)))));
    }

    [Fact]
    public void Leads_to_nobody_where_r_is_on_no_point_of_the_curve()
    {
        // 5³ + 7 has no root in this field.
        var signature = Signature.Parse(Convert.FromHexString(With(0, Word(5))))!;

        Assert.Null(signature.Recover(Digest));
    }

    /// <summary>With R = G, s = 1 and e = 1 the key would be sR − eG, which is no point.</summary>
    [Fact]
    public void Leads_to_nobody_where_the_key_would_be_the_point_at_infinity()
    {
        var generator = BigInteger.Parse("079BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798", System.Globalization.NumberStyles.HexNumber, null);
        var one = new Bytes32(UInt256.ToWord(1));

        // The generator's y is even.
        Assert.Null(Signature.Parse([.. UInt256.ToWord(generator), .. UInt256.ToWord(1), 27])!.Recover(one));
        Assert.NotNull(Signature.Parse([.. UInt256.ToWord(generator), .. UInt256.ToWord(1), 28])!.Recover(one));
    }

    [Fact]
    public void Leads_to_somebody_else_with_any_bit_of_it_or_of_the_digest_turned()
    {
        var signer = Signature.Parse(Good)!.Recover(Digest);
        for (var bit = 0; bit < 256; bit += 37)
        {
            var digest = Digest.ToArray();
            digest[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(signer, Signature.Parse(Good)!.Recover(new Bytes32(digest)));

            byte[] signature = [.. Good];
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(signer, Signature.Parse(signature)?.Recover(Digest));
        }

        Assert.NotEqual(signer, Signature.Parse([.. Good.AsSpan(0, 64), (byte)(55 - Good[64])])!.Recover(Digest));
    }

    /// <summary>The good signature, with some of its bytes replaced.</summary>
    private static string With(int start, string digits, int length = Signature.Length)
    {
        var text = Convert.ToHexStringLower(Good).PadRight(2 * length, '0');
        return (text[..(2 * start)] + digits + text[Math.Min(text.Length, (2 * start) + digits.Length)..])[..(2 * length)];
    }

    private static string Word(BigInteger number) => Convert.ToHexStringLower(UInt256.ToWord(number));
}
