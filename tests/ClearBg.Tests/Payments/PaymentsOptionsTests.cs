using ClearBg.Payments;
using ClearBg.Tests.Segmentation;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Payments;

public class PaymentsOptionsTests
{
    private static readonly string Key = new('5', 64);

    public static TheoryData<string, object, string?> Settings => new()
    {
        { "nothing", new PaymentsOptions(), null },
        { "own key", Offered(), null },
        { "key with 0x", Offered(static options => options.SettlerKey = "0x" + options.SettlerKey), null },
        { "key with a line break", Offered(static options => options.SettlerKey += "\n"), null },
        { "facilitator without a node", Offered(static options => (options.SettlerKey, options.RpcUrl, options.FacilitatorUrl) = ("", "", "https://example.com/x402")), "Payments:RpcUrl" },
        { "facilitator", Offered(static options => (options.SettlerKey, options.FacilitatorUrl) = ("", "https://example.com/x402")), null },
        { "network", Offered(static options => options.Network = "ethereum"), "Payments:Network" },
        { "recipient", Offered(static options => options.PayTo = "me"), "Payments:PayTo" },
        { "nobody", Offered(static options => options.PayTo = "0x" + new string('0', 40)), "Payments:PayTo" },
        { "free", Offered(static options => options.Price = 0), "Payments:Price" },
        { "seven decimals", Offered(static options => options.Price = 0.0000015m), "Payments:Price" },
        { "dear", Offered(static options => options.Price = 1000.01m), "Payments:Price" },
        { "no public URL", Offered(static options => options.PublicUrl = ""), "Payments:PublicUrl" },
        { "relative URL", Offered(static options => options.PublicUrl = "/v1"), "Payments:PublicUrl" },
        { "query", Offered(static options => options.PublicUrl = "https://example.com/?a=b"), "Payments:PublicUrl" },
        { "long URL", Offered(static options => options.PublicUrl = "https://example.com/" + new string('a', 200)), "Payments:PublicUrl" },
        { "no node", Offered(static options => options.RpcUrl = ""), "Payments:RpcUrl" },
        { "node", Offered(static options => options.RpcUrl = "ftp://example.com"), "Payments:RpcUrl" },
        { "no settlement", Offered(static options => (options.SettlerKey, options.RpcUrl) = ("", "")), "Payments:PayTo" },
        { "both", Offered(static options => options.FacilitatorUrl = "https://example.com"), "Payments:FacilitatorUrl" },
        { "key", Offered(static options => options.SettlerKey = new string('5', 63)), "Payments:SettlerKey" },
        { "two keys", Offered(static options => options.SettlerKeyFile = "key"), "Payments:SettlerKey" },
        { "file that isn't there", Offered(static options => (options.SettlerKey, options.SettlerKeyFile) = ("", "/nowhere/key")), "Payments:SettlerKeyFile" },
        { "fee", Offered(static options => options.MaxFeePerGas = 0), "Payments:MaxFeePerGas" },
        { "ether", Offered(static options => options.EtherPrice = 0.5m), "Payments:EtherPrice" },
        { "share", Offered(static options => options.MaxGasShare = 1.01m), "Payments:MaxGasShare" },
        { "patience", Offered(static options => options.SettlementSeconds = 0), "SettlementSeconds" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Says_what_is_wrong_and_never_a_secret(string kind, object settings, string? mistake)
    {
        var options = (PaymentsOptions)settings;
        var failures = string.Join('\n', Validate(options).Failures ?? []);

        Assert.Equal((kind, mistake is null), (kind, failures.Length == 0));
        Assert.Contains(mistake ?? "", failures, StringComparison.Ordinal);
        Assert.DoesNotContain("555", failures, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", failures, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mistake_is_told_at_once() => Assert.Equal(
        5, Validate(Offered(static options => (options.Network, options.PayTo, options.Price, options.RpcUrl, options.AnswerMinutes) = ("x", "x", 0, "x", 0))).Failures!.Count());

    [Fact]
    public void The_key_may_lie_in_a_file_with_a_line_break()
    {
        using var folder = new TemporaryFolder();
        folder.Write("key", System.Text.Encoding.ASCII.GetBytes($"0x{Key}\n"));
        var options = Offered(options => (options.SettlerKey, options.SettlerKeyFile) = ("", folder["key"]));

        Assert.True(Validate(options).Succeeded);
        Assert.True(options.TryReadSettlerKey(out var fromFile));
        Assert.True(Offered().TryReadSettlerKey(out var own));
        using (fromFile)
        using (own)
        {
            Assert.Equal(own.Address, fromFile.Address);
        }
    }

    [Fact]
    public void The_resource_is_made_of_the_public_url_alone()
    {
        var terms = PaymentTerms.Of(Offered(static options => (options.PublicUrl, options.Price) = ("https://example.com/pictures/", 0.123456m)))!;

        Assert.Equal(("https://example.com/pictures/v1/remove-background", 123_456), (terms.Resource, terms.Amount));
        Assert.Null(PaymentTerms.Of(new PaymentsOptions()));
    }

    private static ValidateOptionsResult Validate(PaymentsOptions options) => new PaymentsOptionsValidator().Validate(null, options);

    private static PaymentsOptions Offered(Action<PaymentsOptions>? change = null)
    {
        var options = new PaymentsOptions { PayTo = PaymentForm.PayTo, PublicUrl = "https://example.com", RpcUrl = "https://example.com/secret", SettlerKey = Key };
        change?.Invoke(options);
        return options;
    }
}
