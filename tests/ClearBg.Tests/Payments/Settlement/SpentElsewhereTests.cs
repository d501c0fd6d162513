using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>Authorizations that were spent by others or on something else, and payers whose money goes away.</summary>
public class SpentElsewhereTests
{
    private const string Foreign = "0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";

    [Fact]
    public async Task A_payment_that_anyone_handed_in_is_ours()
    {
        await using var settling = await Settling.StartAsync();
        var payment = settling.Pay();
        settling.Chain.PayByOthers(Foreign, payment.Authorization);
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Settled(Foreign), await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
    }

    [Fact]
    public async Task A_payment_that_anyone_handed_in_between_our_simulation_and_our_block_is_ours()
    {
        await using var settling = await Settling.StartAsync();
        var payment = settling.Pay();
        settling.Time.Passing = () =>
        {
            settling.Chain.PayByOthers(Foreign, payment.Authorization);
            settling.Chain.Mine();
        };
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Settled(Foreign), await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
        Assert.Single(settling.Chain.Seen);
        Assert.Equal(0, await settling.HeldAsync());
    }

    /// <summary>
    /// A payer signs two authorizations under one nonce: one to us, one to itself. It hands in the latter, and in the same transaction pays another bill of ours: nonce spent, money moved, by
    /// the right amount, from and to the right accounts. Who only looks for a Transfer among the logs gives two pictures for one payment.
    /// </summary>
    [Fact]
    public async Task One_payment_does_not_count_twice_because_two_nonces_were_spent_in_its_transaction()
    {
        await using var settling = await Settling.StartAsync();
        var payment = settling.Pay();
        settling.Chain.Deceive(Foreign, payment.Authorization);
        using var settlement = settling.Start();

        Assert.Equal(Failed(PaymentReason.NonceUsed), await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
    }

    [Fact]
    public async Task A_cancelled_authorization_has_failed()
    {
        await using var settling = await Settling.StartAsync();
        var payment = settling.Pay();
        settling.Chain.Cancel(Foreign, payment.Authorization);
        using var settlement = settling.Start();

        Assert.Equal(Failed(PaymentReason.NonceUsed), await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
    }

    [Fact]
    public async Task Money_that_is_moved_between_simulation_and_block_is_a_failure_and_the_next_payment_goes_on()
    {
        await using var settling = await Settling.StartAsync();
        settling.Time.Passing = () =>
        {
            settling.Chain.Revert = "ERC20: transfer amount exceeds balance";
            settling.Chain.Mine();
        };
        using var settlement = settling.Start();

        Assert.Equal(Failed(PaymentReason.InsufficientFunds), await settlement.SettleAsync(settling.Pay(1), Settling.Lease, CancellationToken.None));
        Assert.Single(settling.Chain.Seen);
        Assert.Equal(0, await settling.HeldAsync());

        (settling.Chain.Revert, settling.Time.Passing) = (null, settling.Chain.Mine);
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), Settling.Lease, CancellationToken.None));
        Assert.Equal([5, 6], settling.Chain.Seen.Select(sent => sent.Nonce));
    }

    [Fact]
    public async Task Gas_is_spent_twice_at_most_on_a_payment_that_looks_good_and_fails_in_blocks()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.RevertInBlock = "ERC20: transfer amount exceeds balance";
        using var settlement = settling.Start();

        Assert.Equal(Failed(PaymentReason.TransactionState), await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Equal([5, 6], settling.Chain.Seen.Select(sent => sent.Nonce));
    }

    /// <summary>The first transaction's receipt, which says that nothing was paid, is still there while the second one waits.</summary>
    [Fact]
    public async Task A_second_transaction_is_waited_for_although_the_first_one_failed_in_a_block()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.RevertInBlock = "ERC20: transfer amount exceeds balance";
        var waits = 0;
        settling.Time.Passing = () =>
        {
            if (++waits is 1 or > 5)
            {
                settling.Chain.Mine();
                settling.Chain.RevertInBlock = null;
            }
        };
        using var settlement = settling.Start();

        var settled = Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Equal([5, 6], settling.Chain.Seen.Select(sent => sent.Nonce));
        Assert.Equal(settling.Chain.Seen[1].Hash, settled.Transaction);
    }

    /// <summary>Ours reverts for it, and of the nodes behind one address one knows that block, and the other one still the one before.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_payment_that_anyone_handed_in_before_ours_is_ours_though_a_node_lags_behind(bool isForgotten)
    {
        await using var settling = await Settling.StartAsync();
        var payment = settling.Pay();
        settling.Time.Passing = () =>
        {
            settling.Chain.PayByOthers(Foreign, payment.Authorization);
            settling.Chain.RevertInBlock = "FiatTokenV2: authorization is used or canceled";
            settling.Chain.Mine();
            settling.Chain.Revert = "ERC20: transfer amount exceeds balance";
            settling.Time.Passing = settling.Chain.Mine;
            settling.Chain.Scripted["eth_call"] = parameters => (string)parameters[1]! switch
            {
                "latest" when settling.Chain.Number < 10_016 => Hex.Format(UInt256.ToWord(0)),
                not "latest" when isForgotten => throw new NodeError(-32000, "missing trie node"),
                _ => settling.Chain.Usual("eth_call", parameters),
            };
        };
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Settled(Foreign), await settling.FollowAsync(settlement, payment));
        Assert.Single(settling.Chain.Seen);
    }

    /// <summary>Whose contract takes much gas can have us pay for it; and contracts are made as fast as payers.</summary>
    [Fact]
    public async Task Gas_is_spent_once_on_a_payment_that_takes_much_of_it_and_not_on_many_of_those()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_estimateGas"] = static _ => "0x30d40";
        settling.Chain.RevertInBlock = "out of gas";
        using var settlement = settling.Start();
        for (byte nonce = 1; nonce <= 20; nonce++)
        {
            await settling.Store.ScalarAsync("DELETE FROM rate_windows WHERE subject <> 'failed-payments'");
            Assert.Null(await settlement.VerifyAsync(settling.Pay(nonce), CancellationToken.None));
            Assert.Equal(Failed(PaymentReason.TransactionState), await settlement.SettleAsync(settling.Pay(nonce), Settling.Lease, CancellationToken.None));
        }

        Assert.Equal(20, settling.Chain.Seen.Count);
        await settling.Store.ScalarAsync("DELETE FROM rate_windows WHERE subject <> 'failed-payments'");
        Assert.Equal(new PaymentFault(true, PaymentReason.VerifyError), await settlement.VerifyAsync(settling.Pay(21), CancellationToken.None));
        settling.Chain.Scripted.Clear();
        Assert.Null(await settlement.VerifyAsync(settling.Pay(21), CancellationToken.None));
    }

    /// <summary>They were all looked at before the first of them failed.</summary>
    [Fact]
    public async Task Nothing_more_is_sent_for_a_payer_whose_other_payments_failed_meanwhile()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        settling.Chain.RevertInBlock = "ERC20: transfer amount exceeds balance";
        for (byte nonce = 1; nonce <= 3; nonce++)
        {
            await settlement.SettleAsync(settling.Pay(nonce), Settling.Lease, CancellationToken.None);
        }

        var sent = settling.Chain.Seen.Count;
        settling.Chain.RevertInBlock = null;
        Assert.Equal(Failed(PaymentReason.TransactionState), await settlement.SettleAsync(settling.Pay(4), Settling.Lease, CancellationToken.None));
        Assert.Equal(sent, settling.Chain.Seen.Count);
    }

    /// <summary>The token looks at the time before it looks at the nonce.</summary>
    [Fact]
    public async Task A_payment_that_anyone_handed_in_is_ours_after_its_end_too()
    {
        await using var settling = await Settling.StartAsync();
        var payment = settling.Pay();
        settling.Chain.PayByOthers(Foreign, payment.Authorization);
        settling.Chain.Time = (long)payment.Authorization.ValidBefore;
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Settled(Foreign), await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None));
    }

    [Fact]
    public async Task A_payer_whose_payments_failed_three_times_waits()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        for (byte nonce = 1; nonce <= 3; nonce++)
        {
            settling.Chain.Revert = null;
            Assert.Null(await settlement.VerifyAsync(settling.Pay(nonce), CancellationToken.None));
            settling.Chain.Revert = "ERC20: transfer amount exceeds balance";
            await settlement.SettleAsync(settling.Pay(nonce), Settling.Lease, CancellationToken.None);
        }

        settling.Chain.Revert = null;
        Assert.Equal(new PaymentFault(false, PaymentReason.TransactionState), await settlement.VerifyAsync(settling.Pay(4), CancellationToken.None));

        settling.Time.Pass(TimeSpan.FromMinutes(10));
        Assert.Null(await settlement.VerifyAsync(settling.Pay(4), CancellationToken.None));
    }

    [Fact]
    public async Task A_payment_that_ended_while_it_waited_is_not_counted_against_its_payer()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        settling.Chain.Revert = "FiatTokenV2: authorization is expired";
        for (byte nonce = 1; nonce <= 3; nonce++)
        {
            Assert.Equal(Failed(PaymentReason.ValidBefore), await settlement.SettleAsync(settling.Pay(nonce), Settling.Lease, CancellationToken.None));
        }

        settling.Chain.Revert = null;
        Assert.Null(await settlement.VerifyAsync(settling.Pay(4), CancellationToken.None));
    }

    private static SettlementOutcome.Failed Failed(string reason) => new(new(false, reason));
}
