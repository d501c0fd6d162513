using System.Text.Json.Nodes;
using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Storage;
using ClearBg.Tests.Payments.Ethereum;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Payments.Settlement;

public class FacilitatorSettlementTests
{
    private const string Hash = "0x1111111111111111111111111111111111111111111111111111111111111111";
    private const string Supported = """{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532"}]}""";
    private const string Success = $$"""{"success":true,"transaction":"{{Hash}}","network":"base-sepolia","payer":"0x0"}""";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Sends_payment_and_terms_in_the_payments_own_version(int version)
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync(Success);
        var payment = settling.Pay() with { Version = version };
        settling.Chain.PayByOthers(Hash, payment.Authorization);

        Assert.Equal(new SettlementOutcome.Settled(Hash), await SettleAsync(settling, node, payment));

        var body = Assert.Single(node.Requests);
        var sent = body["paymentPayload"]!;
        Assert.Equal(version, (int)body["x402Version"]!);
        Assert.Equal(version, (int)sent["x402Version"]!);
        Assert.Equal(payment.NetworkName, (string)body["paymentRequirements"]!["network"]!);
        Assert.Equal("50000", (string)body["paymentRequirements"]![version == 1 ? "maxAmountRequired" : "amount"]!);
        Assert.Equal(Hex.Format(payment.Signature), (string)sent["payload"]!["signature"]!);
        Assert.Equal(payment.Authorization.From.ToString(), (string)sent["payload"]!["authorization"]!["from"]!);
        Assert.Equal(payment.Authorization.Nonce.ToString(), (string)sent["payload"]!["authorization"]!["nonce"]!);
        Assert.Equal(version == 1 ? "base-sepolia" : null, (string?)sent["network"]);
        Assert.Equal(version == 2, JsonNode.DeepEquals(sent["accepted"], body["paymentRequirements"]));
    }

    /// <summary>It was taken before the operator changed price and recipient.</summary>
    [Fact]
    public async Task Sends_the_terms_that_a_payment_was_taken_by()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync(Success);
        var payment = settling.Pay() with { Version = 2 };
        var taken = payment with { Authorization = payment.Authorization with { To = PaymentNetwork.BaseSepolia.Usdc, Value = 40_000 } };

        settling.Chain.PayByOthers(Hash, taken.Authorization);
        await SettleAsync(settling, node, taken);

        var terms = Assert.Single(node.Requests)["paymentRequirements"]!;
        Assert.Equal(("40000", PaymentNetwork.BaseSepolia.Usdc.ToString()), ((string)terms["amount"]!, (string)terms["payTo"]!));
    }

    [Theory]
    [InlineData("""{"isValid":true,"payer":"0x0"}""", 200, null, false)]
    [InlineData("""{"isValid":false,"invalidReason":"insufficient_funds"}""", 200, "insufficient_funds", false)]
    [InlineData("""{"isValid":false,"invalidReason":"insufficient_funds"}""", 400, "insufficient_funds", false)]
    [InlineData("""{"isValid":false,"invalidReason":"0xdeadbeef at node.internal"}""", 200, "unexpected_verify_error", false)]
    [InlineData("""{"isValid":false,"invalidReason":"unexpected_verify_error"}""", 200, "unexpected_verify_error", true)]
    [InlineData("""{"isValid":false}""", 200, "unexpected_verify_error", false)]
    [InlineData("""{"isValid":"true"}""", 200, "unexpected_verify_error", true)]
    [InlineData("""{"isValid":true}""", 500, "unexpected_verify_error", true)]
    [InlineData("nothing", 200, "unexpected_verify_error", true)]
    public async Task Says_only_known_words_about_a_payment(string text, int status, string? reason, bool isUnavailable)
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync(text, status);
        using var facilitated = new Facilitated(settling, node);

        Assert.Equal(reason is null ? null : new PaymentFault(isUnavailable, reason), await facilitated.Settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
    }

    [Fact]
    public async Task Posts_the_same_bytes_again_when_no_answer_came()
    {
        await using var settling = await Settling.StartAsync();
        var (posts, payment) = (0, settling.Pay());
        await using var node = await ScriptedNode.StartAsync((context, _) =>
        {
            if (++posts < 3)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            settling.Chain.PayByOthers(Hash, payment.Authorization);
            return context.Response.WriteAsync(Success);
        });

        Assert.Equal(new SettlementOutcome.Settled(Hash), await SettleAsync(settling, node, payment));
        Assert.Single(node.Requests.Select(request => request.ToJsonString()).Distinct());
        Assert.Equal(3, node.Requests.Count);
    }

    [Theory]
    [InlineData("nothing", 200)]
    [InlineData("", 504)]
    [InlineData("""{"success":true}""", 200)]
    [InlineData("""{"success":true,"transaction":"0x"}""", 200)]
    [InlineData("""{"success":false}""", 200)]
    [InlineData("""{"success":false,"errorReason":"unexpected_settle_error"}""", 200)]
    [InlineData("""{"success":false,"errorReason":"invalid_exact_evm_nonce_already_used"}""", 200)]
    [InlineData($$"""{"success":false,"errorReason":"invalid_transaction_state","transaction":"{{Hash}}"}""", 200)]
    public async Task What_is_no_clear_answer_is_unknown_and_not_a_failure(string text, int status)
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync(text, status);

        Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(settling, node, settling.Pay()));
    }

    [Fact]
    public async Task A_refusal_is_certain_the_first_time()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync("""{"success":false,"errorReason":"insufficient_funds","transaction":""}""");

        Assert.Equal(new SettlementOutcome.Failed(new(false, "insufficient_funds")), await SettleAsync(settling, node, settling.Pay()));
    }

    /// <summary>The first post pays, and its answer is lost; the second finds no money. Taken for a failure, it would make the payer pay again.</summary>
    [Fact]
    public async Task A_refusal_after_a_lost_answer_is_not_certain_in_another_process_either()
    {
        await using var settling = await Settling.StartAsync();
        await using (var lost = await ScriptedNode.SayingAsync("", 504))
        {
            Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(settling, lost, settling.Pay()));
        }

        await using var node = await ScriptedNode.SayingAsync("""{"success":false,"errorReason":"insufficient_funds"}""");
        Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(settling, node, settling.Pay()));
    }

    /// <summary>Whatever it says: the money is ours when the chain has it.</summary>
    [Fact]
    public async Task A_success_that_the_chain_does_not_know_is_none()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync(Success);
        settling.Chain.PayByOthers(Hash, settling.Pay(2).Authorization);

        Assert.Equal(new SettlementOutcome.Pending(Hash), await SettleAsync(settling, node, settling.Pay(1)));
    }

    [Fact]
    public async Task A_refusal_of_a_payment_that_was_handed_in_all_the_same_is_none()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync("""{"success":false,"errorReason":"insufficient_funds"}""");
        settling.Chain.PayByOthers(Hash, settling.Pay().Authorization);

        Assert.Equal(new SettlementOutcome.Settled(Hash), await SettleAsync(settling, node, settling.Pay()));
    }

    [Fact]
    public async Task A_refusal_is_not_certain_while_the_node_is_gone()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync("""{"success":false,"errorReason":"insufficient_funds"}""");
        settling.Chain.Scripted["eth_call"] = static _ => throw new IOException();

        Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(settling, node, settling.Pay()));
    }

    /// <summary>It may have bought something else from whoever is paid here, and not every facilitator looks.</summary>
    [Fact]
    public async Task An_authorization_that_was_spent_before_it_came_buys_nothing()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync("""{"isValid":true,"payer":"0x0"}""");
        using var facilitated = new Facilitated(settling, node);
        settling.Chain.PayByOthers(Hash, settling.Pay().Authorization);

        Assert.Equal(new PaymentFault(false, PaymentReason.NonceUsed), await facilitated.Settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
        settling.Chain.Scripted["eth_call"] = static _ => throw new IOException();
        Assert.Equal(new PaymentFault(true, PaymentReason.VerifyError), await facilitated.Settlement.VerifyAsync(settling.Pay(2), CancellationToken.None));
    }

    /// <summary>The operator had a key before, and took a facilitator: what that key sent would keep the payment under way for ever.</summary>
    [Fact]
    public async Task What_a_key_of_our_own_sent_before_holds_nothing_once_the_payment_is_over()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync("", 504);
        var payment = settling.Pay();
        settling.Chain.IsMining = false;
        using (var direct = settling.Start())
        {
            Assert.IsType<SettlementOutcome.Pending>(await direct.SettleAsync(payment, Settling.Lease, CancellationToken.None));
        }

        settling.Chain.Time = (long)payment.Authorization.ValidBefore + 30;
        Assert.Equal(new SettlementOutcome.Failed(new(false, PaymentReason.ValidBefore)), await SettleAsync(settling, node, payment));
        Assert.Equal(0, await settling.HeldAsync());
    }

    [Fact]
    public async Task Is_not_offered_on_a_node_of_another_chain()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync(Supported);
        using var facilitated = new Facilitated(settling, node);
        settling.Chain.ChainId = 1;

        Assert.Contains("another chain", (await facilitated.Settlement.CheckAsync(CancellationToken.None))!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_tells_what_the_facilitator_does_not()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync("", 504);
        using var facilitated = new Facilitated(settling, node);
        settling.Chain.PayByOthers(Hash, settling.Pay(1).Authorization);
        settling.Chain.Cancel(Hash.Replace('1', '2'), settling.Pay(2).Authorization);

        Assert.Equal(new SettlementOutcome.Settled(Hash), await facilitated.Settlement.SettleAsync(settling.Pay(1), Settling.Lease, CancellationToken.None));
        Assert.Equal(new SettlementOutcome.Failed(new(false, PaymentReason.NonceUsed)), await facilitated.Settlement.SettleAsync(settling.Pay(2), Settling.Lease, CancellationToken.None));
        Assert.IsType<SettlementOutcome.Pending>(await facilitated.Settlement.SettleAsync(settling.Pay(3), Settling.Lease, CancellationToken.None));
    }

    [Fact]
    public async Task A_payment_that_nobody_spent_until_it_ended_has_failed()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync("", 504);
        var payment = settling.Pay();
        settling.Time.Passing = static () => { };
        settling.Chain.Time = (long)payment.Authorization.ValidBefore + 29;
        Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(settling, node, payment));

        settling.Chain.Time++;
        Assert.Equal(new SettlementOutcome.Failed(new(false, PaymentReason.ValidBefore)), await SettleAsync(settling, node, payment));
    }

    [Fact]
    public async Task A_payment_is_found_although_the_gateway_was_away_for_hours()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync("", 504);
        var payment = settling.Pay();
        Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(settling, node, payment));

        settling.Chain.PayByOthers(Hash, payment.Authorization);
        settling.Time.Pass(TimeSpan.FromHours(5));
        settling.Chain.Number += 9000;
        settling.Chain.Time += 18_000;
        Assert.Equal(new SettlementOutcome.Settled(Hash), await SettleAsync(settling, node, payment));
    }

    /// <summary>On this clock, seconds are over at once.</summary>
    [Fact]
    public async Task A_settlement_may_take_longer_than_another_answer()
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync(Success);
        using var facilitated = new Facilitated(settling, node, TimeSpan.FromSeconds(5));
        settling.Chain.PayByOthers(Hash, settling.Pay().Authorization);

        Assert.Equal(new SettlementOutcome.Settled(Hash), await facilitated.Settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
    }

    [Theory]
    [InlineData(Supported, 200, null)]
    [InlineData("""{"kinds":[{"x402Version":1,"scheme":"exact","network":"base-sepolia"}]}""", 200, null)]
    [InlineData("""{"kinds":[{"x402Version":1,"scheme":"exact","network":"base"},{"scheme":"upto","network":"base-sepolia"},7]}""", 200, "does not settle on the network")]
    [InlineData("""{"kinds":{}}""", 200, "no usable answer")]
    [InlineData("", 500, "no usable answer")]
    public async Task Is_offered_where_the_facilitator_settles_on_the_network(string text, int status, string? reason)
    {
        await using var settling = await Settling.StartAsync();
        await using var node = await ScriptedNode.SayingAsync(text, status);
        using var facilitated = new Facilitated(settling, node);

        var fault = await facilitated.Settlement.CheckAsync(CancellationToken.None);

        Assert.Equal("/base/supported", (string)Assert.Single(node.Requests)!);
        Assert.Equal(reason is null, fault is null);
        Assert.Contains(reason ?? "", fault?.Reason ?? "", StringComparison.Ordinal);
    }

    private static async Task<SettlementOutcome> SettleAsync(Settling settling, ScriptedNode node, Payment payment)
    {
        using var facilitated = new Facilitated(settling, node);
        return await facilitated.Settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None);
    }

    /// <summary>A settlement by a facilitator, over the database and the clock of another one.</summary>
    private sealed class Facilitated : IDisposable
    {
        private readonly JsonExchange _exchange;

        public Facilitated(Settling settling, ScriptedNode facilitator, TimeSpan? patience = null)
        {
            var (source, time) = (settling.Store.Source, settling.Time);
            _exchange = new JsonExchange(patience ?? TimeSpan.FromHours(1), time);
            Settlement = new(
                new Facilitator(_exchange, new Uri(facilitator.Url, "base/"), TimeSpan.FromHours(1), NullLogger<Facilitator>.Instance), new FacilitatorPosts(source, time), new SentTransactions(source, time),
                new FailingPayers(new RateWindows(source, time), time), new TokenCheck(settling.Node(), PaymentNetwork.BaseSepolia), new PaymentProof(settling.Node()), new PaymentTerms(PaymentNetwork.BaseSepolia, ScriptedChain.Seller, 50_000, "https://api.example.com/v1/remove-background"),
                TimeSpan.FromSeconds(30), time, NullLogger<FaultCache>.Instance);
        }

        public FacilitatorSettlement Settlement { get; }

        public void Dispose()
        {
            Settlement.Dispose();
            _exchange.Dispose();
        }
    }
}
