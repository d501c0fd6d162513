using System.Text;
using ClearBg.Payments;
using static ClearBg.Tests.Payments.Vectors;

namespace ClearBg.Tests.Payments;

public class PaymentMessageTests
{
    public static TheoryData<int> Clients => [.. Enumerable.Range(0, 12)];

    /// <summary>As the published clients wrote them, on both networks.</summary>
    [Theory]
    [MemberData(nameof(Clients))]
    public void Reads_what_published_clients_send_and_finds_it_good(int index)
    {
        var vector = All.GetProperty("headers")[index];
        var network = PaymentNetwork.All.Single(network => network.Caip2 == vector.String("network"));
        var signed = vector.GetProperty("decoded").GetProperty("payload").GetProperty("authorization");

        Assert.True(PaymentMessage.TryParse(vector.String("value"), out var message));
        Assert.Equal((vector.GetProperty("decoded").GetProperty("x402Version").GetInt32(), null), (message.Version, message.Identifier));
        Assert.True(PaymentVerification.TryRead(message, out var payment, out var reason), reason);
        Assert.Null(PaymentVerification.Mismatch(message, payment, PaymentForm.Terms(network)));
        Assert.Null(PaymentVerification.Untimely(payment, DateTimeOffset.FromUnixTimeSeconds(1_795_289_800)));
        Assert.Equal((signed.Address("from"), signed.Address("to"), signed.Number("validBefore")), (payment.Authorization.From, payment.Authorization.To, payment.Authorization.ValidBefore));
        Assert.Equal($"{network.ChainId}:{network.Usdc}:{signed.String("from")}:{signed.String("nonce")}".ToLowerInvariant(), payment.Id);
        Assert.Equal(message.Version == 1 ? network.Name : network.Caip2, payment.NetworkName);

        // And ours is theirs: the signer signed what we read.
        Assert.Equal(payment.Authorization.From, ClearBg.Payments.Ethereum.Signature.Parse(payment.Signature)!.Recover(payment.Authorization.Digest(network.Domain)));
    }

    [Fact]
    public void There_are_twelve() => Assert.Equal(Clients.Count, All.GetProperty("headers").GetArrayLength());

    public static TheoryData<string, string> Malformed => new()
    {
        { "empty object", "{}" },
        { "array", "[]" },
        { "null", "null" },
        { "no JSON", "{" },
        { "comment", "{}//" },
        { "version as text", """{"x402Version":"1"}""" },
        { "fraction of a version", """{"x402Version":1.5}""" },
        { "huge version", """{"x402Version":99999999999}""" },
        { "no payload", """{"x402Version":1,"scheme":"exact","network":"base"}""" },
        { "too deep", new string('[', 17) + new string(']', 17) },
        { "twice the same name", new PaymentForm().Json().Replace("\"accepted\":", "\"payload\":{},\"accepted\":", StringComparison.Ordinal) },
        { "text that is no Unicode", new PaymentForm { Version = 1, Scheme = "exact" }.Json().Replace("\"exact\"", "\"\\ud800\"", StringComparison.Ordinal) },
        { "no accepted", new PaymentForm { Change = static json => json.Remove("accepted") }.Json() },
        { "no signature", new PaymentForm { Change = static json => json["payload"]!.AsObject().Remove("signature") }.Json() },
        { "no nonce", new PaymentForm { Change = static json => json["payload"]!["authorization"]!.AsObject().Remove("nonce") }.Json() },
        { "value as number", new PaymentForm { Change = static json => json["payload"]!["authorization"]!["value"] = 50000 }.Json() },
        { "no extra", new PaymentForm { Change = static json => json["accepted"]!.AsObject().Remove("extra") }.Json() },
        { "time-out as text", new PaymentForm { Change = static json => json["accepted"]!["maxTimeoutSeconds"] = "120" }.Json() },
        { "short identifier", new PaymentForm { Identifier = "123456789012345" }.Json() },
        { "long identifier", new PaymentForm { Identifier = new string('a', 129) }.Json() },
        { "foreign identifier", new PaymentForm { Identifier = "1234567890123456 " }.Json() },
        { "identifier as number", new PaymentForm { Identifier = "x", Change = static json => json["extensions"]!["payment-identifier"]!["info"]!["id"] = 1234567890123456 }.Json() },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_is_no_payment_is_told_from_one_that_is_no_good(string kind, string json) =>
        Assert.Equal((kind, false), (kind, PaymentMessage.TryParse(Convert.ToBase64String(Encoding.UTF8.GetBytes(json)), out _)));

    [Theory]
    [InlineData("nonsense!")]
    [InlineData("eyJ4NDAyVmVyc2lvbiI6")]
    [InlineData("/w==")]
    public void What_is_no_base64_or_no_text_is_none_either(string header) => Assert.False(PaymentMessage.TryParse(header, out _));

    [Fact]
    public void Up_to_32_KB_are_looked_at()
    {
        static string Padded(int characters) => new PaymentForm { Version = 1, Change = json => json["padding"] = new string('a', characters) }.Header();
        var most = Enumerable.Range(24_000, 200).Last(static characters => Padded(characters).Length <= PaymentMessage.MostCharacters);

        Assert.True(PaymentMessage.TryParse(Padded(most), out _));
        Assert.False(PaymentMessage.TryParse(Padded(most + 4), out _));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "my-own_NAME-0123456789")]
    public void Only_version_2_has_identifiers(int version, string? identifier)
    {
        Assert.True(PaymentMessage.TryParse(new PaymentForm { Version = version, Identifier = "my-own_NAME-0123456789" }.Header(), out var message));
        Assert.Equal(identifier, message.Identifier);
    }

    [Fact]
    public void A_version_that_we_do_not_know_is_a_payment_all_the_same()
    {
        Assert.True(PaymentMessage.TryParse(Convert.ToBase64String("""{"x402Version":3}"""u8), out var message));
        Assert.False(PaymentVerification.TryRead(message, out _, out var reason));
        Assert.Equal("invalid_x402_version", reason);
    }
}
