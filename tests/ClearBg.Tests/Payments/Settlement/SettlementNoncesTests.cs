using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>Nonces of the settler: none is lost, and none is waited for that nobody uses.</summary>
public class SettlementNoncesTests
{
    [Fact]
    public async Task A_transaction_that_the_node_rejects_leaves_its_nonce_to_the_next_payment()
    {
        await using var settling = await Settling.StartAsync();
        var balance = settling.Chain.Balance;
        settling.Chain.Scripted["eth_sendRawTransaction"] = _ =>
        {
            settling.Chain.Balance = 0;
            throw new NodeError(-32000, "insufficient funds for gas * price + value");
        };
        using var settlement = settling.Start();
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(1), Settling.Lease, CancellationToken.None));
        Assert.Equal(0, await settling.HeldAsync());

        settling.Chain.Balance = balance;
        settling.Chain.Scripted.Clear();
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), Settling.Lease, CancellationToken.None));
        Assert.IsType<SettlementOutcome.Settled>(await settling.FollowAsync(settlement, settling.Pay(1)));
        Assert.Equal([5, 6], settling.Chain.Seen.Select(sent => sent.Nonce));
    }

    /// <summary>What was given up still waits in the node's pool, at the same nonce.</summary>
    [Fact]
    public async Task Takes_the_nonce_of_a_transaction_that_was_given_up_and_its_place()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        using var settlement = settling.Start();
        var payment = settling.Pay(1);
        await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None);
        settling.Time.Pass(TimeSpan.FromMinutes(11));
        settling.Chain.Time = settling.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(Failed(PaymentReason.ValidBefore), await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));

        settling.Chain.IsMining = true;
        var settled = Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), Settling.Lease, CancellationToken.None));
        Assert.Equal(5, settling.Chain.Seen.Single(sent => sent.Hash == settled.Transaction).Nonce);
    }

    [Fact]
    public async Task Takes_another_nonce_when_its_own_went_to_a_stranger()
    {
        await using var settling = await Settling.StartAsync();
        var taken = 0;
        settling.Chain.Scripted["eth_sendRawTransaction"] = parameters =>
        {
            if (++taken <= 3)
            {
                settling.Chain.TakeNonce();
            }

            return settling.Chain.Usual("eth_sendRawTransaction", parameters);
        };
        using var settlement = settling.Start();

        // However often: that is no fault of the payer's.
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Equal(8, Assert.Single(settling.Chain.Seen).Nonce);
    }

    [Fact]
    public async Task Trusts_what_it_saw_more_than_a_node_that_lags_behind()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        await settlement.SettleAsync(settling.Pay(1), Settling.Lease, CancellationToken.None);
        settling.Chain.Scripted["eth_getTransactionCount"] = _ => "0x5";

        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), Settling.Lease, CancellationToken.None));
        Assert.Equal(2, settling.Chain.Broadcast.Count);
    }

    [Fact]
    public async Task A_transaction_that_no_block_took_until_the_authorization_ended_has_failed_and_its_nonce_is_free()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_sendRawTransaction"] = _ => throw new NodeError(-32005, "limit exceeded");
        using var settlement = settling.Start();
        var payment = settling.Pay(1);
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
        Assert.Equal(1, await settling.HeldAsync());

        // Not yet: a block may still be taken back for an earlier one.
        settling.Time.Pass(TimeSpan.FromMinutes(11));
        settling.Time.Passing = static () => { };
        settling.Chain.Time = (long)payment.Authorization.ValidBefore + 29;
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));

        settling.Chain.Time++;
        Assert.Equal(Failed(PaymentReason.ValidBefore), await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));

        settling.Chain.Scripted.Clear();
        settling.Time.Passing = settling.Chain.Mine;
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), Settling.Lease, CancellationToken.None));
        Assert.Equal([5], settling.Chain.Seen.Select(sent => sent.Nonce));
    }

    private static SettlementOutcome.Failed Failed(string reason) => new(new(false, reason));
}
