using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Payments.Ethereum;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>One payment from hand to block, by whichever processes, and what becomes of it where the node is away.</summary>
public class DirectSettlementTests
{
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Hands_a_payment_in_and_says_by_which_transaction_it_came(Engine engine)
    {
        await using var settling = await Settling.StartAsync(engine);
        using var settlement = settling.Start();
        var payment = settling.Pay();

        var outcome = await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None);

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
        var first = await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None);

        using var other = settling.Start();
        var second = await other.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None);

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
            Task.Run(() => (i % 2 == 0 ? one : other).SettleAsync(settling.Pay((byte)(1 + (i / 2))), Settling.Lease, CancellationToken.None))));

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

        var pending = Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));

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

        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Single(settling.Chain.Broadcast);
    }

    [Fact]
    public async Task Waits_in_its_first_call_and_makes_one_step_in_later_ones()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.IsMining = false;
        using var settlement = settling.Start();
        await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None);
        var before = settling.Time.GetUtcNow();

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
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

        Assert.Equal(Unavailable, await settlement.SettleAsync(settling.Pay(1), "another", CancellationToken.None));

        var ended = settling.Pay(2);
        await settling.Store.ScalarAsync("DELETE FROM payments");
        Assert.Equal(Unavailable, await settlement.SettleAsync(ended, Settling.Lease, CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);

        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(1), Settling.Lease, CancellationToken.None));
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

        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));

        settling.Chain.Scripted.Clear();
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Single(settling.Chain.Seen);
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

        Assert.Equal(new SettlementOutcome.Failed(new(true, PaymentReason.SettleError)), await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Equal(0, await settling.HeldAsync());

        settling.Chain.Scripted.Clear();
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
    }

    [Fact]
    public async Task A_node_that_is_gone_after_something_was_sent_leaves_the_payment_pending()
    {
        await using var settling = await Settling.StartAsync();
        settling.Time.Passing = () => settling.Chain.Scripted["eth_getTransactionReceipt"] = _ => throw new IOException();
        using var settlement = settling.Start();

        var pending = Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Equal(settling.Chain.Seen.Single().Hash, pending.Transaction);
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
        Assert.IsType<SettlementOutcome.Pending>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
    }

    [Fact]
    public async Task The_callers_end_is_no_outcome()
    {
        await using var settling = await Settling.StartAsync();
        using var caller = new CancellationTokenSource();
        settling.Time.Passing = caller.Cancel;
        using var settlement = settling.Start();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => settlement.SettleAsync(settling.Pay(), Settling.Lease, caller.Token));

        settling.Time.Passing = settling.Chain.Mine;
        Assert.IsType<SettlementOutcome.Settled>(await settlement.SettleAsync(settling.Pay(), Settling.Lease, CancellationToken.None));
        Assert.Single(settling.Chain.Seen);
    }

    private static SettlementOutcome.Failed Unavailable => new(new(true, PaymentReason.SettleError));
}
