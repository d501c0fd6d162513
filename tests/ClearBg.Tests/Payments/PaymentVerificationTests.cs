using System.Globalization;
using ClearBg.Payments;

namespace ClearBg.Tests.Payments;

public class PaymentVerificationTests
{
    private const string Value1 = "invalid_exact_evm_payload_authorization_value";
    private const string Value2 = "invalid_exact_evm_payload_authorization_value_mismatch";
    private const string Recipient = "invalid_exact_evm_payload_recipient_mismatch";
    private const string After = "invalid_exact_evm_payload_authorization_valid_after";
    private const string Before = "invalid_exact_evm_payload_authorization_valid_before";

    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private static readonly PaymentForm Good = new() { ValidBefore = In(120) };

    private static readonly string TooLarge = (System.Numerics.BigInteger.One << 256).ToString(CultureInfo.InvariantCulture);

    public static TheoryData<string, object, string?> Payments => new()
    {
        { "good", Good, null },
        { "good v1", Good with { Version = 1 }, null },
        { "addresses in any case", Good with { From = Good.From.ToUpperInvariant().Replace('X', 'x'), To = Good.To.ToLowerInvariant() }, null },
        { "scheme", Good with { Scheme = "upto" }, "unsupported_scheme" },
        { "scheme in capitals", Good with { Version = 1, Scheme = "Exact" }, "unsupported_scheme" },
        { "other network", Good with { Network = PaymentNetwork.Base }, "invalid_network" },
        { "other network in v1", Good with { Version = 1, Network = PaymentNetwork.Base }, "invalid_network" },
        { "v1's name in v2", Good with { NetworkName = "base-sepolia" }, "invalid_network" },
        { "v2's name in v1", Good with { Version = 1, NetworkName = "eip155:84532" }, "invalid_network" },
        { "accepted less", Changed("amount", "49999"), Value2 },
        { "accepted another recipient", Changed("payTo", Good.From), Recipient },
        { "accepted another token", Changed("asset", Good.From), "invalid_payload" },
        { "accepted another time-out", Good with { Change = static json => json["accepted"]!["maxTimeoutSeconds"] = 121 }, "invalid_payload" },
        { "accepted another name", Good with { Change = static json => json["accepted"]!["extra"]!["name"] = "USD Coin" }, "invalid_payload" },
        { "accepted another version", Good with { Change = static json => json["accepted"]!["extra"]!["version"] = "1" }, "invalid_payload" },
        { "recipient", Good with { To = Good.From }, Recipient },
        { "paid by the recipient", Good with { From = PaymentForm.PayTo }, "invalid_payload" },
        { "too little", Good with { Value = "49999" }, Value2 },
        { "too little in v1", Good with { Version = 1, Value = "49999" }, Value1 },
        { "too much", Good with { Value = "50001" }, Value2 },
        { "2²⁵⁶", Good with { Value = TooLarge }, "invalid_payload" },
        { "hexadecimal value", Good with { Value = "0xc350" }, "invalid_payload" },
        { "value with a sign", Good with { Value = "+50000" }, "invalid_payload" },
        { "value with a point", Good with { Value = "50000.0" }, "invalid_payload" },
        { "negative bound", Good with { ValidAfter = "-1" }, "invalid_payload" },
        { "short nonce", Good with { Nonce = "0x" + new string('0', 62) }, "invalid_payload" },
        { "long nonce", Good with { Nonce = "0x" + new string('0', 66) }, "invalid_payload" },
        { "no address", Good with { From = "vitalik.eth" }, "invalid_payload" },
        { "no signature", Good with { Signature = "0x" }, "invalid_payload" },
        { "signature without digits", Good with { Signature = "0xzz" }, "invalid_payload" },
        { "signature without end", Good with { Signature = "0x" + new string('1', 8194) }, "invalid_payload" },
        { "holds from now", Good with { ValidAfter = In(0) }, After },
        { "holds since a second", Good with { ValidAfter = In(-1) }, null },
        { "holds long enough", Good with { ValidBefore = In(16) }, null },
        { "holds a second too short", Good with { ValidBefore = In(15) }, Before },
        { "holds for ever", Good with { ValidBefore = TooLarge[..^1] }, null },
    };

    [Theory]
    [MemberData(nameof(Payments))]
    public void Compares_with_our_own_terms(string kind, object form, string? expected)
    {
        Assert.True(PaymentMessage.TryParse(((PaymentForm)form).Header(), out var message));
        var isPayment = PaymentVerification.TryRead(message, out var payment, out var reason);

        Assert.Equal((reason is null, reason is null), (isPayment, payment is not null));
        Assert.Equal((kind, expected), (kind, reason ?? PaymentVerification.Mismatch(message, payment!, PaymentForm.Terms()) ?? PaymentVerification.Untimely(payment!, Now)));
    }

    [Fact]
    public void A_payment_has_one_id_in_both_versions_and_another_payload_shows()
    {
        var second = Good with { Version = 1, From = Good.From.ToLowerInvariant() };
        var other = Good with { ValidAfter = "1" };

        Assert.Equal((Payment(Good).Id, Payment(Good).PayloadHash), (Payment(second).Id, Payment(second).PayloadHash));
        Assert.Equal(Payment(Good).Id, Payment(other).Id);
        Assert.NotEqual(Payment(Good).PayloadHash, Payment(other).PayloadHash);
        Assert.NotEqual(Payment(Good).PayloadHash, Payment(Good with { Signature = "0x" + new string('2', 130) }).PayloadHash);
    }

    /// <summary>Some signers write v as 0 or 1. A client whose library changed its mind would be told that its nonce is used, though it has paid.</summary>
    [Fact]
    public void A_signature_is_the_same_payload_in_both_of_its_forms()
    {
        var signature = new string('1', 128);
        string[] hashes = [.. ((string[])["00", "1b", "01", "1c"]).Select(v => Payment(Good with { Signature = $"0x{signature}{v}" }).PayloadHash)];

        Assert.Equal((hashes[0], hashes[2]), (hashes[1], hashes[3]));
        Assert.NotEqual(hashes[0], hashes[2]);
    }

    private static Payment Payment(PaymentForm form)
    {
        Assert.True(PaymentMessage.TryParse(form.Header(), out var message));
        Assert.True(PaymentVerification.TryRead(message, out var payment, out _));
        return payment;
    }

    private static PaymentForm Changed(string member, string value) => Good with { Change = json => json["accepted"]![member] = value };

    private static string In(int seconds) => Now.AddSeconds(seconds).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
