using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Payments.Ethereum;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Payments.Settlement;

public class DirectSettlementTests
{
    private const string Foreign = "0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Hands_a_payment_in_and_says_by_which_transaction_it_came(Engine engine)
    {
        await using var settling = await Settling.StartAsync(engine);
        using var settlement = settling.Start();
        var payment = settling.Pay();

        var outcome = await settlement.SettleAsync(payment, CancellationToken.None);

        var sent = Assert.Single(settling.Chain.Seen);
        Assert.Equal(new SettlementOutcome.Settled(sent.Hash), outcome);
        Assert.Equal((5, 1_000_000, 3_000_000), (sent.Nonce, sent.Tip, sent.Fee));
        Assert.Equal(Hex.Format(Usdc.Transfer(payment.Authorization, Signature.Parse(payment.Signature)!)), sent.Data);
        Assert.Equal(0, await settling.HeldAsync());
    }

    [Fact]
    public async Task Sends_nothing_for_a_payment_that_came_already()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        var first = await settlement.SettleAsync(settling.Pay(), CancellationToken.None);

        using var other = settling.Start();
        var second = await other.SettleAsync(settling.Pay(), CancellationToken.None);

        Assert.Equal(first, second);
        Assert.Single(settling.Chain.Broadcast);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Settles_many_payments_at_once_in_two_processes_each_under_a_nonce_of_its_own(Engine engine)
    {
        await using var settling = await Settling.StartAsync(engine);
        using var one = settling.Start();
        using var other = settling.Start();

        // Each payment at both, as after a lease that ended too early.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            Task.Run(() => (i % 2 == 0 ? one : other).SettleAsync(settling.Pay((byte)(1 + (i / 2))), CancellationToken.None))));

        Assert.All(outcomes, outcome => Assert.IsType<SettlementOutcome.Settled>(outcome));
        Assert.Equal(8, outcomes.Distinct().Count());
        Assert.Equal([5, 6, 7, 8, 9, 10, 11, 12], settling.Chain.Seen.Select(sent => sent.Nonce).Distinct().Order());
        Assert.Equal(0, await settling.HeldAsync());
    }

    [Fact]
    public async Task Drives_on_what_a_process_stored_and_could_not_broadcast()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_sendRawTransaction"] = _ => throw new IOException();
        using var settlement = settling.Start();

        var pending = Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));

        settling.Chain.Scripted.Clear();
        using var restarted = settling.Start();
        Assert.IsType<SettlementOutcome.Settled>(await settling.FollowAsync(restarted, settling.Pay()));
        Assert.NotNull(pending.Transaction);
        Assert.Equal([5], settling.Chain.Seen.Select(sent => sent.Nonce).Distinct());
    }

    [Fact]
    public async Task Finds_what_was_broadcast_although_the_answer_was_lost()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_sendRawTransaction"] = parameters =>
        {
            settling.Chain.Usual("eth_sendRawTransaction", parameters);
            throw new IOException();
        };
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Single(settling.Chain.Broadcast);
    }

    [Fact]
    public async Task Raises_both_fees_by_an_eighth_at_the_same_nonce_when_no_block_takes_the_transaction()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        using var settlement = settling.Start();

        var pending = Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));

        Assert.Equal(
            [(5L, 1_000_000, 3_000_000), (5L, 1_125_000, 3_375_000), (5L, 1_265_625, 3_796_875)],
            settling.Chain.Seen.Select(sent => (sent.Nonce, (int)sent.Tip, (int)sent.Fee)));
        Assert.Equal(settling.Chain.Seen[^1].Hash, pending.Transaction);

        settling.Chain.IsMining = true;
        Assert.IsType<SettlementOutcome.Settled>(await settling.FollowAsync(settlement, settling.Pay()));
        Assert.Equal(0, await settling.HeldAsync());
    }

    [Fact]
    public async Task Raises_fees_as_far_as_the_operators_cap_lets_it_where_that_is_a_tenth()
    {
        await using var settling = await Settling.StartAsync();
        (settling.Chain.IsMining, settling.FeeCap) = (false, 3_320_000);
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));

        Assert.Equal([3_000_000, 3_320_000], settling.Chain.Seen.Select(sent => (int)sent.Fee));
    }

    [Fact]
    public async Task Follows_a_node_that_asks_for_a_thousandfold_tip_to_twice_the_last_one()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        settling.Time.Passing = () => settling.Chain.Tip = 1_000_000_000;
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));

        Assert.Equal([1_000_000, 2_000_000], settling.Chain.Seen.Select(sent => (int)sent.Tip));
    }

    [Fact]
    public async Task Waits_in_its_first_call_and_makes_one_step_in_later_ones()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        using var settlement = settling.Start();
        await settlement.SettleAsync(settling.Pay(), CancellationToken.None);
        var before = settling.Time.GetUtcNow();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Equal(before, settling.Time.GetUtcNow());
    }

    /// <summary>Its process slept while another one took the payment over, and perhaps ended it.</summary>
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Signs_nothing_for_a_payment_that_is_someone_elses_by_now(Engine engine)
    {
        await using var settling = await Settling.StartAsync(engine);
        using var settlement = settling.Start();

        Assert.Equal(Unavailable, await settlement.SettleAsync(settling.Pay(1), CancellationToken.None, "another"));

        var ended = settling.Pay(2);
        await settling.Store.ScalarAsync("DELETE FROM payments");
        Assert.Equal(Unavailable, await settlement.SettleAsync(ended, CancellationToken.None, Settling.Lease));
        Assert.Empty(settling.Chain.Broadcast);

        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(1), CancellationToken.None, Settling.Lease));
    }

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
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(1), CancellationToken.None));
        Assert.Equal(0, await settling.HeldAsync());

        settling.Chain.Balance = balance;
        settling.Chain.Scripted.Clear();
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), CancellationToken.None));
        Assert.IsType<SettlementOutcome.Settled>(await settling.FollowAsync(settlement, settling.Pay(1)));
        Assert.Equal([5, 6], settling.Chain.Seen.Select(sent => sent.Nonce));
    }

    [Fact]
    public async Task Signs_no_more_than_the_settlers_account_can_pay_for_together_with_what_waits()
    {
        await using var settling = await Settling.StartAsync();
        (settling.Chain.IsMining, settling.Chain.Balance) = (false, 104_000 * 5_000_000L);
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(1), CancellationToken.None));
        Assert.Equal(Unavailable, await settlement.SettleAsync(settling.Pay(2), CancellationToken.None));
        Assert.Equal([5], settling.Chain.Seen.Select(sent => sent.Nonce).Distinct());
    }

    /// <summary>What was given up still waits in the node's pool, at the same nonce.</summary>
    [Fact]
    public async Task Takes_the_nonce_of_a_transaction_that_was_given_up_and_its_place()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        using var settlement = settling.Start();
        var payment = settling.Pay(1);
        await settlement.SettleAsync(payment, CancellationToken.None);
        settling.Time.Pass(TimeSpan.FromMinutes(11));
        settling.Chain.Time = settling.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(Failed(PaymentReason.ValidBefore), await settlement.SettleAsync(payment, CancellationToken.None));

        settling.Chain.IsMining = true;
        var settled = Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), CancellationToken.None));
        Assert.Equal(5, settling.Chain.Seen.Single(sent => sent.Hash == settled.Transaction).Nonce);
    }

    /// <summary>Behind one address are several nodes: one knows that the nonce is used, the other one not yet by what, nor that the payment came.</summary>
    [Fact]
    public async Task A_node_that_lags_behind_our_block_makes_no_failure_of_a_payment()
    {
        await using var settling = await Settling.StartAsync();
        settling.Time.Passing = () =>
        {
            settling.Chain.Mine();
            settling.Chain.Scripted["eth_getTransactionReceipt"] = _ => null;
            settling.Chain.Scripted["eth_call"] = _ => "0x" + new string('0', 64);
            settling.Chain.Scripted["eth_estimateGas"] = _ => throw new NodeError(3, "execution reverted: ERC20: transfer amount exceeds balance");
        };
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));

        settling.Chain.Scripted.Clear();
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Single(settling.Chain.Seen);
    }

    [Fact]
    public async Task Sends_the_same_transaction_again_where_the_operators_cap_leaves_no_room_for_more()
    {
        await using var settling = await Settling.StartAsync();
        (settling.Chain.IsMining, settling.FeeCap) = (false, 3_000_000);
        using var settlement = settling.Start();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));

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

        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Equal(3_796_875, Assert.Single(settling.Chain.Seen).Fee);
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
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Equal(8, Assert.Single(settling.Chain.Seen).Nonce);
    }

    [Fact]
    public async Task Trusts_what_it_saw_more_than_a_node_that_lags_behind()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        await settlement.SettleAsync(settling.Pay(1), CancellationToken.None);
        settling.Chain.Scripted["eth_getTransactionCount"] = _ => "0x5";

        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), CancellationToken.None));
        Assert.Equal(2, settling.Chain.Broadcast.Count);
    }

    [Fact]
    public async Task A_payment_that_anyone_handed_in_is_ours()
    {
        await using var settling = await Settling.StartAsync();
        var payment = settling.Pay();
        settling.Chain.PayByOthers(Foreign, payment.Authorization);
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Settled(Foreign), await settlement.SettleAsync(payment, CancellationToken.None));
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

        Assert.Equal(new SettlementOutcome.Settled(Foreign), await settlement.SettleAsync(payment, CancellationToken.None));
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

        Assert.Equal(Failed(PaymentReason.NonceUsed), await settlement.SettleAsync(payment, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
    }

    [Fact]
    public async Task A_cancelled_authorization_has_failed()
    {
        await using var settling = await Settling.StartAsync();
        var payment = settling.Pay();
        settling.Chain.Cancel(Foreign, payment.Authorization);
        using var settlement = settling.Start();

        Assert.Equal(Failed(PaymentReason.NonceUsed), await settlement.SettleAsync(payment, CancellationToken.None));
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

        Assert.Equal(Failed(PaymentReason.InsufficientFunds), await settlement.SettleAsync(settling.Pay(1), CancellationToken.None));
        Assert.Single(settling.Chain.Seen);
        Assert.Equal(0, await settling.HeldAsync());

        (settling.Chain.Revert, settling.Time.Passing) = (null, settling.Chain.Mine);
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), CancellationToken.None));
        Assert.Equal([5, 6], settling.Chain.Seen.Select(sent => sent.Nonce));
    }

    [Fact]
    public async Task Gas_is_spent_twice_at_most_on_a_payment_that_looks_good_and_fails_in_blocks()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.RevertInBlock = "ERC20: transfer amount exceeds balance";
        using var settlement = settling.Start();

        Assert.Equal(Failed(PaymentReason.TransactionState), await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
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

        var settled = Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Equal([5, 6], settling.Chain.Seen.Select(sent => sent.Nonce));
        Assert.Equal(settling.Chain.Seen[1].Hash, settled.Transaction);
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

        Assert.Equal(new SettlementOutcome.Settled(Foreign), await settlement.SettleAsync(payment, CancellationToken.None));
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
            await settlement.SettleAsync(settling.Pay(nonce), CancellationToken.None);
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
            Assert.Equal(Failed(PaymentReason.ValidBefore), await settlement.SettleAsync(settling.Pay(nonce), CancellationToken.None));
        }

        settling.Chain.Revert = null;
        Assert.Null(await settlement.VerifyAsync(settling.Pay(4), CancellationToken.None));
    }

    [Theory]
    [InlineData("eth_estimateGas")]
    [InlineData("eth_getBlockByNumber")]
    [InlineData("eth_getBalance")]
    [InlineData("eth_getTransactionCount")]
    public async Task A_node_that_is_gone_before_anything_was_sent_leaves_the_payment_usable(string method)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted[method] = _ => throw new IOException();
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Failed(new(true, PaymentReason.SettleError)), await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Equal(0, await settling.HeldAsync());

        settling.Chain.Scripted.Clear();
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
    }

    [Fact]
    public async Task A_node_that_is_gone_after_something_was_sent_leaves_the_payment_pending()
    {
        await using var settling = await Settling.StartAsync();
        settling.Time.Passing = () => settling.Chain.Scripted["eth_getTransactionReceipt"] = _ => throw new IOException();
        using var settlement = settling.Start();

        var pending = Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Equal(settling.Chain.Seen.Single().Hash, pending.Transaction);
    }

    [Fact]
    public async Task A_transaction_that_no_block_took_until_the_authorization_ended_has_failed_and_its_nonce_is_free()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_sendRawTransaction"] = _ => throw new NodeError(-32005, "limit exceeded");
        using var settlement = settling.Start();
        var payment = settling.Pay(1);
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(payment, CancellationToken.None));
        Assert.Equal(1, await settling.HeldAsync());

        // Not yet: a block may still be taken back for an earlier one.
        settling.Time.Pass(TimeSpan.FromMinutes(11));
        settling.Time.Passing = static () => { };
        settling.Chain.Time = (long)payment.Authorization.ValidBefore + 29;
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(payment, CancellationToken.None));

        settling.Chain.Time++;
        Assert.Equal(Failed(PaymentReason.ValidBefore), await settlement.SettleAsync(payment, CancellationToken.None));

        settling.Chain.Scripted.Clear();
        settling.Time.Passing = settling.Chain.Mine;
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(2), CancellationToken.None));
        Assert.Equal([5], settling.Chain.Seen.Select(sent => sent.Nonce));
    }

    [Fact]
    public async Task A_settler_without_gas_money_keeps_the_payment_until_it_has_some()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_sendRawTransaction"] = _ => throw new NodeError(-32000, "insufficient funds for gas * price + value");
        using var settlement = settling.Start();
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));

        // Offering more would only make it need more.
        Assert.Equal(1L, await settling.Store.ScalarAsync("SELECT COUNT(*) FROM sent_transactions"));
        settling.Chain.Scripted.Clear();

        Assert.IsType<SettlementOutcome.Settled>(await settling.FollowAsync(settlement, settling.Pay()));
    }

    [Fact]
    public async Task Gas_that_costs_more_than_the_operators_share_is_not_bought()
    {
        await using var settling = await Settling.StartAsync();
        settling.Budget = (80_000 * 2_000_000L) - 1;
        using var settlement = settling.Start();

        Assert.Equal(new SettlementOutcome.Failed(new(true, PaymentReason.SettleError)), await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
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

        Assert.Equal(new SettlementOutcome.Failed(new(reason == PaymentReason.SettleError, reason)), await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
    }

    [Fact]
    public async Task A_receipt_without_the_transfer_is_no_payment()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_getTransactionReceipt"] = parameters =>
        {
            var receipt = settling.Chain.Usual("eth_getTransactionReceipt", parameters);
            receipt?["logs"]!.AsArray().RemoveAt(1);
            return receipt;
        };
        using var settlement = settling.Start();

        // Nor is it a failure: ours do nothing but pay.
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
    }

    [Fact]
    public async Task The_callers_end_is_no_outcome()
    {
        await using var settling = await Settling.StartAsync();
        using var caller = new CancellationTokenSource();
        settling.Time.Passing = caller.Cancel;
        using var settlement = settling.Start();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => settlement.SettleAsync(settling.Pay(), caller.Token));

        settling.Time.Passing = settling.Chain.Mine;
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), CancellationToken.None));
        Assert.Single(settling.Chain.Seen);
    }

    private static SettlementOutcome.Failed Unavailable => new(new(true, PaymentReason.SettleError));

    private static SettlementOutcome.Failed Failed(string reason) => new(new(false, reason));
}
