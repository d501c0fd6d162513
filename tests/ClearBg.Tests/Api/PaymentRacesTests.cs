using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Storage;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace ClearBg.Tests.Api;

/// <summary>One payment and one picture, whatever happens in between.</summary>
public sealed class PaymentRacesTests : IAsyncLifetime
{
    /// <summary>Nowhere darker than nine tenths: its inference never ends by itself.</summary>
    private static readonly byte[] Endless = Pictures.Disc(64, 64, level: 255, ground: 250);

    private PaidGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await PaidGateway.StartAsync("--Payments:SettlementSeconds=1");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task The_same_payment_many_times_at_once_is_one_work_one_settlement_and_one_picture_for_all()
    {
        // With the patience that gateways have: whoever joins waits for the first one's commits.
        await using var gateway = await PaidGateway.StartAsync();
        var form = new PaymentForm();
        gateway.Settlement.Settle = static async _ =>
        {
            await Task.Yield();
            return new SettlementOutcome.Settled(ScriptedSettlement.Hash);
        };
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => gateway.PostAsync(form)));
        var pictures = await Task.WhenAll(answers.Select(static answer => PaidGateway.SoldAsync(answer)));

        Assert.All(pictures, picture => Assert.Equal(pictures[0].Picture, picture.Picture));
        Assert.Equal(1, gateway.Settlement.Settlements);
        Assert.Single(answers, static answer => answer.Headers.Contains("Server-Timing"));
    }

    [Fact]
    public async Task Different_payments_at_once_are_all_served()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => _gateway.PostAsync(new PaymentForm())));

        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(24, _gateway.Settlement.Settlements);
    }

    [Fact]
    public async Task A_resend_in_either_version_is_answered_from_the_store()
    {
        var form = new PaymentForm();
        var (first, _) = await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        using var again = await _gateway.PostAsync(form with { Version = 1 });
        Assert.False(again.Headers.Contains("Server-Timing"));
        var (second, receipt) = await PaidGateway.SoldAsync(again);

        Assert.Equal(first, second);
        Assert.Equal(("base-sepolia", 1), ((string)receipt["network"]!, _gateway.Settlement.Settlements));
    }

    /// <summary>Refused for its time, with a new offer, the client would sign once more and pay twice for one picture.</summary>
    [Fact]
    public async Task A_resend_after_the_signature_s_time_gets_the_picture_that_it_paid()
    {
        var form = new PaymentForm();
        var (first, _) = await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        _gateway.Clock.Shift = TimeSpan.FromMinutes(10);

        var (second, _) = await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        Assert.Equal(first, second);
        Assert.Equal(1, _gateway.Settlement.Settlements);
        Assert.Equal((402, "invalid_exact_evm_payload_authorization_valid_before"), await PaidGateway.DemandAsync(await _gateway.PostAsync(new PaymentForm { ValidBefore = form.ValidBefore })));
    }

    [Fact]
    public async Task A_payment_for_another_picture_or_format_is_a_conflict_and_another_payload_a_used_nonce()
    {
        var form = new PaymentForm();
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));

        Assert.Equal((409, "payment_conflict"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form, Pictures.Disc(100, 80))));
        Assert.Equal((409, "payment_conflict"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form, query: "?format=webp")));
        Assert.Equal((402, "invalid_exact_evm_nonce_already_used"), await PaidGateway.DemandAsync(await _gateway.PostAsync(form with { ValidAfter = "1" })));
        Assert.Equal(1, _gateway.Settlement.Settlements);
    }

    [Fact]
    public async Task An_identifier_names_one_payment()
    {
        var form = new PaymentForm { Identifier = "order-66-of-2026-11-22" };
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));

        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        Assert.Equal((409, "payment_conflict"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm { Identifier = form.Identifier })));
        Assert.Equal(1, _gateway.Settlement.Settlements);
    }

    [Fact]
    public async Task A_failed_picture_costs_nothing_and_its_payment_buys_another()
    {
        var form = new PaymentForm { Identifier = "order-66-of-2026-11-22" };
        Assert.Equal((400, "unknown_foreground"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form, PaidGateway.Black)));
        Assert.Equal((400, "failed_to_read_image"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form, PaidGateway.Disc[..(PaidGateway.Disc.Length / 2)])));
        Assert.Equal((0, null), (_gateway.Settlement.Settlements, await _gateway.StateAsync(form)));

        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
    }

    [Fact]
    public async Task A_client_that_hangs_up_during_the_work_pays_nothing()
    {
        var form = new PaymentForm();
        using var patience = new CancellationTokenSource();
        var sending = _gateway.PostAsync(form, Endless, cancellation: patience.Token);
        await Gateway.EventuallyAsync(() => State(form) == PaymentState.Working);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await Gateway.EventuallyAsync(() => State(form) is null);

        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        Assert.Equal(1, _gateway.Settlement.Settlements);
    }

    [Fact]
    public async Task Who_joined_goes_on_where_the_first_hung_up()
    {
        var form = new PaymentForm();
        using var patience = new CancellationTokenSource();
        var first = _gateway.PostAsync(form, Endless, cancellation: patience.Token);
        await Gateway.EventuallyAsync(() => State(form) == PaymentState.Working);
        var lease = await LeaseAsync();
        using var secondPatience = new CancellationTokenSource();
        var second = _gateway.PostAsync(form, Endless, cancellation: secondPatience.Token);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Gateway.EventuallyAsync(() => LeaseAsync().GetAwaiter().GetResult() is { } other && other != lease);

        await secondPatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task A_client_that_hangs_up_during_the_settlement_has_paid_and_finds_its_picture()
    {
        var form = new PaymentForm();
        var settled = new TaskCompletionSource<SettlementOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        _gateway.Settlement.Settle = _ => settled.Task;
        using var patience = new CancellationTokenSource();
        var sending = _gateway.PostAsync(form, cancellation: patience.Token);
        await Gateway.EventuallyAsync(() => _gateway.Settlement.Settlements == 1);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(PaymentState.Settling, State(form));

        // Whoever asks meanwhile waits no longer than a settlement may take.
        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form)));
        settled.SetResult(new SettlementOutcome.Settled(ScriptedSettlement.Hash));
        await Gateway.EventuallyAsync(() => State(form) == PaymentState.Settled);
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        Assert.Equal(1, _gateway.Settlement.Settlements);
    }

    [Fact]
    public async Task An_answer_that_is_not_kept_any_more_is_made_again_at_no_charge()
    {
        var form = new PaymentForm();
        var (first, _) = await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        await _gateway.ExecuteAsync("DELETE FROM payment_answers");

        using var again = await _gateway.PostAsync(form);
        Assert.True(again.Headers.Contains("Server-Timing"));
        var (second, _) = await PaidGateway.SoldAsync(again);
        Assert.Equal(first, second);
        Assert.Equal(1, _gateway.Settlement.Settlements);

        // Once: or every resend of one payment would be work.
        using var third = await _gateway.PostAsync(form);
        Assert.False(third.Headers.Contains("Server-Timing"));
        await PaidGateway.SoldAsync(third);
    }

    /// <summary>Whoever paid the old price, on the network that was configured then, has paid.</summary>
    [Fact]
    public async Task A_payment_by_terms_that_have_changed_since_gets_its_picture_and_a_new_one_is_refused()
    {
        var form = new PaymentForm { Network = PaymentNetwork.Base, Value = "40000", To = "0x70997970C51812dc3A010C7d01b50e0d17dc79C9" };
        Assert.True(PaymentMessage.TryParse(form.Header(), out var message));
        Assert.True(PaymentVerification.TryRead(message, out var payment, out _));
        var request = Convert.ToHexStringLower(SHA256.HashData([.. "1 png "u8, .. PaidGateway.Disc]));
        var lease = (await _gateway.Records.ClaimAsync(payment, request, null, CancellationToken.None))!;
        Assert.True(await _gateway.Records.BeginSettlingAsync(payment.Id, lease, "image/png", new MemoryStream(PaidGateway.Disc), CancellationToken.None));

        Assert.Equal((503, "settlement_pending"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(form)));
        await _gateway.Records.SettledAsync(payment.Id, ScriptedSettlement.Hash, CancellationToken.None);
        await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        Assert.Equal((402, "invalid_network"), await PaidGateway.DemandAsync(await _gateway.PostAsync(new PaymentForm { Network = PaymentNetwork.Base })));
        Assert.Equal(0, _gateway.Settlement.Settlements);
    }

    /// <summary>Five cents, and a hundred signatures for them: all would be worked on and sent, and one would pay.</summary>
    [Fact]
    public async Task A_balance_backs_no_more_payments_at_once_than_it_covers()
    {
        _gateway.Settlement.Balance = 149_999;
        using var patience = new CancellationTokenSource();
        PaymentForm[] working = [new(), new()];
        var sending = working.Select(form => _gateway.PostAsync(form, Endless, cancellation: patience.Token)).ToList();
        await Gateway.EventuallyAsync(() => working.All(form => State(form) == PaymentState.Working));

        var third = new PaymentForm();
        using var refused = await _gateway.PostAsync(third);
        Assert.NotEmpty(refused.Headers.GetValues("Retry-After"));
        Assert.Equal((429, "rate_limit_exceeded"), await PaidGateway.RefusalAsync(refused));
        Assert.Null(State(third));
        _gateway.Settlement.Balance = 150_000;
        sending.Add(_gateway.PostAsync(third, Endless, cancellation: patience.Token));
        await Gateway.EventuallyAsync(() => State(third) == PaymentState.Working);

        await patience.CancelAsync();
        foreach (var request in sending)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }
    }

    /// <summary>Another process took the claim for abandoned while this one was only slow: it settles, and this one's work counts for nothing.</summary>
    [Fact]
    public async Task Work_whose_claim_went_to_another_process_is_never_settled()
    {
        var form = new PaymentForm();
        using var patience = new CancellationTokenSource();
        var sending = _gateway.PostAsync(form, Endless, cancellation: patience.Token);
        await Gateway.EventuallyAsync(() => State(form) == PaymentState.Working);
        var lease = (await LeaseAsync())!;
        await _gateway.ExecuteAsync("UPDATE payments SET lease = 'other', leased_until = leased_until + 60000");

        Assert.False(await _gateway.Records.BeginSettlingAsync(form.Payment().Id, lease, "image/png", new MemoryStream([1]), CancellationToken.None));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await Gateway.EventuallyAsync(() => _gateway.Gateway.Pool.Rented == 0);
        Assert.Equal(("other", 0), (await LeaseAsync(), _gateway.Settlement.Settlements));
    }

    [Fact]
    public async Task An_authorization_that_ends_while_it_waits_is_not_sent()
    {
        var form = new PaymentForm { ValidBefore = DateTimeOffset.UtcNow.AddSeconds(30).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) };
        using var place = await _gateway.Gateway.Gate.EnterAsync(100_000_000, CancellationToken.None);
        var sending = _gateway.PostAsync(form);
        await Gateway.EventuallyAsync(() => State(form) == PaymentState.Working);
        _gateway.Clock.Shift = TimeSpan.FromSeconds(26);
        place.Dispose();

        Assert.Equal((402, "invalid_exact_evm_payload_authorization_valid_before"), await PaidGateway.DemandAsync(await sending));
        Assert.Equal((0, null), (_gateway.Settlement.Settlements, State(form)));
    }

    private PaymentState? State(PaymentForm form) => _gateway.StateAsync(form).GetAwaiter().GetResult();

    private async Task<string?> LeaseAsync()
    {
        await using var command = _gateway.Gateway.Services.GetRequiredService<DbDataSource>().Command("SELECT lease FROM payments");
        return (string?)await command.ExecuteScalarAsync();
    }
}
