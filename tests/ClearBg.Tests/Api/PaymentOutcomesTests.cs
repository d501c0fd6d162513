using System.Globalization;
using System.Text.Json.Nodes;
using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Payments;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IO;

namespace ClearBg.Tests.Api;

/// <summary>Settlements that are unknown or fail, and books that are gone when they end: what the payer is told, and what they get in the end.</summary>
public sealed class PaymentOutcomesTests : IAsyncLifetime
{
    private PaidGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await PaidGateway.StartAsync("--Payments:SettlementSeconds=1");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Unknown_is_503_with_the_hash_and_the_same_payment_gets_the_picture_later()
    {
        var form = new PaymentForm();
        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Pending(ScriptedSettlement.Hash));

        using var pending = await _gateway.PostAsync(form);
        var body = JsonNode.Parse(await pending.Content.ReadAsStringAsync())!;
        Assert.Equal(ScriptedSettlement.Hash, (string)body["transaction"]!);
        Assert.Contains("send the same payment again, do not sign a new one", (string)body["message"]!, StringComparison.Ordinal);
        Assert.NotEmpty(pending.Headers.GetValues("Retry-After"));
        Assert.False(pending.Headers.Contains(PaymentOffer.Header));
        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(pending));

        // Nothing but the same request gets at it.
        Assert.Equal((409, "payment_conflict"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form, Pictures.Disc(100, 80))));
        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form)));
        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Settled(ScriptedSettlement.Hash));
        await Gateway.EventuallyAsync(() => _gateway.StateAsync(form).GetAwaiter().GetResult() == PaymentState.Settled);
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
    }

    /// <summary>What nobody knew for long is asked for less and less often; but its client is here, and wants it now.</summary>
    [Fact]
    public async Task A_pending_payment_that_rests_is_driven_on_by_whoever_sends_it_again()
    {
        var form = new PaymentForm();
        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Pending(ScriptedSettlement.Hash));
        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form)));
        await _gateway.ExecuteAsync($"UPDATE payments SET leased_until = leased_until + {TimeSpan.FromMinutes(10).TotalMilliseconds.ToString(CultureInfo.InvariantCulture)}");

        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Settled(ScriptedSettlement.Hash));
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
    }

    [Fact]
    public async Task A_broken_settlement_is_pending_too()
    {
        _gateway.Settlement.Settle = static _ => throw new InvalidOperationException("secret");

        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm())));
    }

    [Fact]
    public async Task A_certain_failure_says_so_in_receipts_and_goes_on_saying_it()
    {
        var form = new PaymentForm();
        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Failed(new PaymentFault(IsUnavailable: false, "insufficient_funds")));
        for (var time = 0; time < 2; time++)
        {
            using var answer = await _gateway.PostAsync(form);
            foreach (var header in PaymentReceipt.Headers)
            {
                var receipt = PaidGateway.Decode(answer, header)!;
                Assert.Equal((false, "insufficient_funds", "", form.From), ((bool)receipt["success"]!, (string)receipt["errorReason"]!, (string)receipt["transaction"]!, (string)receipt["payer"]!));
            }

            Assert.Equal((402, "insufficient_funds"), await PaidGateway.DemandAsync(answer));
        }

        Assert.Equal(1, _gateway.Settlement.Settlements);
    }

    [Fact]
    public async Task A_failure_of_ours_leaves_the_payment_as_good_as_before()
    {
        var form = new PaymentForm();
        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Failed(new PaymentFault(IsUnavailable: true, "unexpected_settle_error")));
        Assert.Equal((503, "payment_unavailable"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form)));

        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Settled(ScriptedSettlement.Hash));
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
    }

    /// <summary>What we sent reverted; somebody else handed the same signature in, and it paid. Its client has paid for a picture.</summary>
    [Fact]
    public async Task A_payment_that_failed_and_was_paid_later_gets_its_picture()
    {
        var form = new PaymentForm();
        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Failed(new PaymentFault(IsUnavailable: false, "insufficient_funds")));
        Assert.Equal((402, "insufficient_funds"), await PaidGateway.DemandAsync(await _gateway.PostAsync(form)));

        // As long as the chain doesn't say, nobody may ask for another payment.
        _gateway.Settlement.Late = Finding.Unknown;
        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form)));

        Assert.True(Bytes32.TryParse(ScriptedSettlement.Hash, out var hash));
        _gateway.Settlement.Late = new Finding.Paid(hash);
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));

        Assert.Equal((1, PaymentState.Settled), (_gateway.Settlement.Settlements, State(form)));
    }

    [Fact]
    public async Task Where_the_books_fail_when_a_payment_may_be_paid_its_client_is_told_to_send_it_again()
    {
        var (paid, begun) = (new PaymentForm(), new PaymentForm());
        await PaidGateway.SoldAsync(await _gateway.PostAsync(paid));
        await _gateway.ExecuteAsync("ALTER TABLE payment_answer_parts RENAME TO elsewhere");

        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(paid)));
        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(begun)));
        await _gateway.ExecuteAsync("ALTER TABLE elsewhere RENAME TO payment_answer_parts");
        await PaidGateway.SoldAsync(await _gateway.PostAsync(paid));
        Assert.Equal(1, _gateway.Settlement.Settlements);
    }

    /// <summary>Told that something is wrong with us, and no more, a client would begin anew and pay twice.</summary>
    [Fact]
    public async Task Where_the_books_are_gone_whoever_brings_a_payment_is_told_to_send_it_again()
    {
        var paid = new PaymentForm();
        await PaidGateway.SoldAsync(await _gateway.PostAsync(paid));
        foreach (var table in (string[])["payments", "rate_windows"])
        {
            await _gateway.ExecuteAsync($"ALTER TABLE {table} RENAME TO elsewhere");
            Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(paid)));
            await _gateway.ExecuteAsync($"ALTER TABLE elsewhere RENAME TO {table}");
        }

        await PaidGateway.SoldAsync(await _gateway.PostAsync(paid));
        Assert.Equal(1, _gateway.Settlement.Settlements);
    }

    [Fact]
    public async Task Books_that_fail_when_the_money_is_there_keep_nobody_from_the_picture()
    {
        var form = new PaymentForm();
        _gateway.Settlement.Settle = async _ =>
        {
            await _gateway.ExecuteAsync("ALTER TABLE payments RENAME TO elsewhere");
            await _gateway.ExecuteAsync("ALTER TABLE rate_windows RENAME TO elsewhere_too");
            return new SettlementOutcome.Settled(ScriptedSettlement.Hash);
        };

        var (picture, _) = await PaidGateway.SoldAsync(await _gateway.PostAsync(form));

        await _gateway.ExecuteAsync("ALTER TABLE elsewhere RENAME TO payments");
        await _gateway.ExecuteAsync("ALTER TABLE elsewhere_too RENAME TO rate_windows");
        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Settled(ScriptedSettlement.Hash));
        await _gateway.ExecuteAsync("UPDATE payments SET leased_until = 0");
        Assert.Equal(picture, (await PaidGateway.SoldAsync(await _gateway.PostAsync(form))).Picture);
    }

    /// <summary>Here the answer finds no room, once the work is done.</summary>
    [Fact]
    public async Task A_failure_in_the_work_is_500_and_leaves_the_payment_as_good_as_before()
    {
        var full = new RecyclableMemoryStreamManager(new RecyclableMemoryStreamManager.Options { MaximumStreamCapacity = 100 });
        await using var broken = await PaidGateway.StartAsync(services => services.AddSingleton(full));
        var form = new PaymentForm();

        Assert.Equal((500, "internal_error"), await PaidGateway.RefusalAsync(await broken.PostAsync(form)));
        Assert.Equal((0, null), (broken.Settlement.Settlements, await broken.StateAsync(form)));
    }

    /// <summary>It may have been charged: the one with the other payload.</summary>
    [Fact]
    public async Task A_used_nonce_is_not_called_uncharged()
    {
        var form = new PaymentForm();
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));

        using var answer = await _gateway.PostAsync(form with { ValidAfter = "1" });
        Assert.DoesNotContain("charged", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private PaymentState? State(PaymentForm form) => _gateway.StateAsync(form).GetAwaiter().GetResult();
}
