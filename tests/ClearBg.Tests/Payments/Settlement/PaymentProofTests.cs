using System.Numerics;
using System.Text.Json.Nodes;
using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>What is asked of the chain apart from a settlement.</summary>
public class PaymentProofTests
{
    [Fact]
    public async Task A_payment_that_anyone_handed_in_is_found_and_nothing_is_sent()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        var (payment, cancelled, hash) = (settling.Pay(1), settling.Pay(2), "0x" + new string('c', 64));
        Assert.Equal(Finding.Nothing, await settlement.FindPaidAsync(payment, CancellationToken.None));

        settling.Chain.PayByOthers(hash, payment.Authorization);
        settling.Chain.Cancel("0x" + new string('d', 64), cancelled.Authorization);

        AssertIsPaidBy(hash, await settlement.FindPaidAsync(payment, CancellationToken.None));
        Assert.Equal(new Finding.Unpaid(), await settlement.FindPaidAsync(cancelled, CancellationToken.None));
        Assert.Equal(Finding.Unknown, await settlement.FindPaidAsync(payment with { Network = PaymentNetwork.Base }, CancellationToken.None));
        settling.Chain.Scripted["eth_call"] = static _ => throw new IOException();
        Assert.Equal(Finding.Unknown, await settlement.FindPaidAsync(payment, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
    }

    /// <summary>A payer may hand it in with a contract that logs for all its gas; the receipt of that is longer than anyone reads.</summary>
    [Fact]
    public async Task A_payment_is_found_without_the_receipt_of_whoever_handed_it_in()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        var (payment, hash) = (settling.Pay(), "0x" + new string('c', 64));
        settling.Chain.Scripted["eth_getTransactionReceipt"] = static _ => throw new IOException();
        settling.Chain.PayByOthers(hash, payment.Authorization);

        AssertIsPaidBy(hash, await settlement.FindPaidAsync(payment, CancellationToken.None));
    }

    /// <summary>Nothing was sent of which a block is known, and the process was away: the payment's own end says how far back to look.</summary>
    [Fact]
    public async Task A_payment_that_somebody_handed_in_hours_ago_is_found()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        var (payment, hash) = (settling.Pay(), "0x" + new string('c', 64));
        settling.Chain.PayByOthers(hash, payment.Authorization);
        (settling.Chain.Number, settling.Chain.Time) = (settling.Chain.Number + 9_000, settling.Chain.Time + 18_000);

        Assert.Equal(new SettlementOutcome.Settled(hash), await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
    }

    /// <summary>The node that is asked second lags behind the first one, or has lost the logs.</summary>
    [Fact]
    public async Task A_spending_that_is_not_found_again_is_neither_a_payment_nor_a_failure()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        var payment = settling.Pay();
        settling.Chain.PayByOthers("0x" + new string('c', 64), payment.Authorization);
        var asked = 0;
        settling.Chain.Scripted["eth_getLogs"] = parameters => asked++ % 2 == 0 ? settling.Chain.Usual("eth_getLogs", parameters) : new JsonArray();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);

        settling.Chain.Scripted.Clear();
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
    }

    [Fact]
    public async Task A_balance_is_the_tokens_word_and_unknown_without_one()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        var payer = settling.Pay().Authorization.From;
        settling.Chain.Scripted["eth_call"] = parameters =>
            (string)parameters[0]!["data"]! == Hex.Format(Usdc.BalanceOf(payer)) ? Hex.Format(UInt256.ToWord(49_999)) : throw new NodeError(3, "execution reverted");
        Assert.Equal((BigInteger?)49_999, await settlement.BalanceAsync(payer, CancellationToken.None));

        settling.Chain.Scripted["eth_call"] = static _ => "0x";
        Assert.Null(await settlement.BalanceAsync(payer, CancellationToken.None));
        settling.Chain.Scripted["eth_call"] = static _ => throw new IOException();
        Assert.Null(await settlement.BalanceAsync(payer, CancellationToken.None));
    }

    private static void AssertIsPaidBy(string hash, Finding finding) => Assert.Equal(hash, Assert.IsType<Finding.Paid>(finding).Transaction.ToString());
}
