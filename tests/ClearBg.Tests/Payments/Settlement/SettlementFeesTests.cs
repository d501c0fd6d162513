using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>What is offered for gas: more where no block takes it, never more than the operator says, and nothing where it costs too much.</summary>
public class SettlementFeesTests
{
    /// <summary>Five gwei a unit, and half of five cents at 4,000 dollars an ether: 6.25 millionths of one.</summary>
    [Fact]
    public void By_default_five_gwei_and_half_the_price_are_the_most() =>
        Assert.Equal(new GasTerms(5_000_000_000, 6_250_000_000_000), GasTerms.Of(new PaymentsOptions()));

    [Fact]
    public async Task Raises_both_fees_by_an_eighth_at_the_same_nonce_when_no_block_takes_the_transaction()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        using var settlement = settling.Start();

        var pending = Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));

        Assert.Equal(
            [(5L, 1_000_000, 3_000_000), (5L, 1_125_000, 3_375_000), (5L, 1_265_625, 3_796_875)],
            settling.Chain.Seen.Select(sent => (sent.Nonce, (int)sent.Tip, (int)sent.Fee)));
        Assert.Equal(settling.Chain.Seen[^1].Hash, pending.Transaction);

        settling.Chain.IsMining = true;
        Assert.IsType<SettlementOutcome.Settled>(await settling.FollowAsync(settlement, settling.Pay()));
        Assert.Equal(0, await settling.HeldAsync());
    }

    /// <summary>The replacement was stored by a process whose clock is behind.</summary>
    [Fact]
    public async Task Raises_from_the_last_fees_whatever_the_clocks_of_processes_say()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        using var settlement = settling.Start();
        var isBehind = false;
        settling.Chain.Scripted["eth_sendRawTransaction"] = parameters =>
        {
            var answer = settling.Chain.Usual("eth_sendRawTransaction", parameters);
            isBehind = isBehind || settling.Store.ScalarAsync("UPDATE sent_transactions SET created_at = created_at - 60000 WHERE fee_cap = '3375000' RETURNING 1").GetAwaiter().GetResult() is not null;
            return answer;
        };

        await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None);

        Assert.True(isBehind);
        Assert.Equal(settling.Chain.Seen.Select(sent => sent.Fee).Order(), settling.Chain.Seen.Select(sent => sent.Fee));
        Assert.Equal(settling.Chain.Seen.Count, settling.Chain.Seen.Select(sent => sent.Fee).Distinct().Count());
        Assert.True(settling.Chain.Seen.Count > 2);
    }

    [Fact]
    public async Task Raises_fees_as_far_as_the_operators_cap_lets_it_where_that_is_a_tenth()
    {
        await using var settling = await Settling.StartAsync();
        (settling.Chain.IsMining, settling.FeeCap) = (false, 3_320_000);
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));

        Assert.Equal([3_000_000, 3_320_000], settling.Chain.Seen.Select(sent => (int)sent.Fee));
    }

    [Fact]
    public async Task Follows_a_node_that_asks_for_a_thousandfold_tip_to_twice_the_last_one()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        settling.Time.Passing = () => settling.Chain.Tip = 1_000_000_000;
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));

        Assert.Equal([1_000_000, 2_000_000], settling.Chain.Seen.Select(sent => (int)sent.Tip));
    }

    [Fact]
    public async Task Signs_no_more_than_the_settlers_account_can_pay_for_together_with_what_waits()
    {
        await using var settling = await Settling.StartAsync();
        (settling.Chain.IsMining, settling.Chain.Balance) = (false, 104_000 * 5_000_000L);
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(1), Settling.Lease, CancellationToken.None));
        Assert.Equal(Unavailable, await settlement.SettleAsync(settling.Pay(2), Settling.Lease, CancellationToken.None));
        Assert.Equal([5], settling.Chain.Seen.Select(sent => sent.Nonce).Distinct());
    }

    [Fact]
    public async Task Sends_the_same_transaction_again_where_the_operators_cap_leaves_no_room_for_more()
    {
        await using var settling = await Settling.StartAsync();
        (settling.Chain.IsMining, settling.FeeCap) = (false, 3_000_000);
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));

        Assert.True(settling.Chain.Broadcast.Count > 1);
        Assert.Single(settling.Chain.Broadcast.Distinct());
    }

    [Fact]
    public async Task Raises_fees_that_a_node_says_are_too_low_at_once()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_sendRawTransaction"] = parameters =>
        {
            var sent = ScriptedChain.Sent.Read((string)parameters[0]!);
            return sent.Fee < 3_400_000 ? throw new NodeError(-32000, "max fee per gas less than block base fee: 3400000") : settling.Chain.Usual("eth_sendRawTransaction", parameters);
        };
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Equal(3_796_875, Assert.Single(settling.Chain.Seen).Fee);
    }

    [Fact]
    public async Task A_settler_without_gas_money_keeps_the_payment_until_it_has_some()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_sendRawTransaction"] = _ => throw new NodeError(-32000, "insufficient funds for gas * price + value");
        using var settlement = settling.Start();
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));

        // Offering more would only make it need more.
        Assert.Equal(1L, await settling.Store.ScalarAsync("SELECT COUNT(*) FROM sent_transactions"));
        settling.Chain.Scripted.Clear();

        Assert.IsType<SettlementOutcome.Settled>(await settling.FollowAsync(settlement, settling.Pay()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(12_000)]
    public async Task Gas_that_costs_more_than_the_operators_share_is_not_bought(int? dataFee)
    {
        await using var settling = await Settling.StartAsync();
        (settling.Chain.DataFee, settling.Budget) = (dataFee, (80_000 * 2_000_000L) + (dataFee ?? 0) - 1);
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Failed(new(true, PaymentReason.SettleError)), await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);

        settling.Budget++;
        using var next = settling.Start();
        Assert.IsType<SettlementOutcome.Settled>(await next.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
    }

    [Theory]
    [InlineData("eth_estimateGas", "0x7fffffffffffffff", PaymentReason.TransactionState)]
    [InlineData("eth_maxPriorityFeePerGas", "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", PaymentReason.SettleError)]
    public async Task A_node_that_lies_about_costs_spends_nothing(string method, string lie, string reason)
    {
        await using var settling = await Settling.StartAsync();
        if (method == "eth_estimateGas")
        {
            // However much of it there is, it costs nothing.
            (settling.Chain.BaseFee, settling.Chain.Tip) = (0, 0);
        }

        settling.Chain.Scripted[method] = _ => lie;
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Failed(new(reason == PaymentReason.SettleError, reason)), await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
    }

    private static SettlementOutcome.Failed Unavailable => new(new(true, PaymentReason.SettleError));
}
