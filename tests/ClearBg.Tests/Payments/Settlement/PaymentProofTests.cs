using System.Numerics;
using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
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
        Assert.Null(await settlement.FindPaidAsync(payment, CancellationToken.None));

        settling.Chain.PayByOthers(hash, payment.Authorization);
        settling.Chain.Cancel("0x" + new string('d', 64), cancelled.Authorization);

        Assert.Equal(hash, await settlement.FindPaidAsync(payment, CancellationToken.None));
        Assert.Null(await settlement.FindPaidAsync(cancelled, CancellationToken.None));
        Assert.Null(await settlement.FindPaidAsync(payment with { Network = PaymentNetwork.Base }, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
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
}
