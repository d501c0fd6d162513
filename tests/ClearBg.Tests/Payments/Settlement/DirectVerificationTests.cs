using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>What is asked of the chain before any work.</summary>
public class DirectVerificationTests
{
    private const string Yes = "0x1626ba7e00000000000000000000000000000000000000000000000000000000";

    /// <summary>The token's own words, with what geth puts before them.</summary>
    [Theory]
    [InlineData("ERC20: transfer amount exceeds balance", false, "insufficient_funds")]
    [InlineData("FiatTokenV2: authorization is used or canceled", false, "invalid_exact_evm_nonce_already_used")]
    [InlineData("FiatTokenV2: authorization is expired", false, "invalid_exact_evm_payload_authorization_valid_before")]
    [InlineData("FiatTokenV2: authorization is not yet valid", false, "invalid_exact_evm_payload_authorization_valid_after")]
    [InlineData("FiatTokenV2: invalid signature", false, "invalid_exact_evm_payload_signature")]
    [InlineData("ECRecover: invalid signature 's' value", false, "invalid_exact_evm_payload_signature")]
    [InlineData("Blacklistable: account is blacklisted", false, "invalid_transaction_state")]
    [InlineData("words of a contract that nobody foresaw", false, "invalid_transaction_state")]
    [InlineData("Pausable: paused", true, "invalid_transaction_state")]
    public async Task Says_in_x402s_words_why_the_token_would_refuse(string revert, bool isUnavailable, string reason)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Revert = revert;
        using var settlement = settling.Start();

        Assert.Equal(new PaymentFault(isUnavailable, reason), await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
    }

    [Fact]
    public async Task Takes_a_payment_that_would_go_through_and_changes_nothing()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();

        Assert.Null(await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
        Assert.Empty(settling.Chain.Broadcast);
        Assert.Equal(0, await settling.HeldAsync());
    }

    [Fact]
    public async Task Refuses_somebody_elses_signature_and_one_with_a_high_s_without_a_simulation()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_call"] = _ => throw new NodeError(-32000, "this is not asked");
        using var settlement = settling.Start();
        var good = settling.Pay().Signature;
        byte[] high = [.. good.AsSpan(0, 32), .. UInt256.ToWord(Secp256k1.Order - UInt256.Read(good.AsSpan(32, 32))), (byte)(55 - good[64])];

        Assert.Equal(WrongSignature, await settlement.VerifyAsync(settling.Forge(), CancellationToken.None));
        Assert.Equal(WrongSignature, await settlement.VerifyAsync(settling.Pay(signature: high), CancellationToken.None));
        Assert.Equal(WrongSignature, await settlement.VerifyAsync(settling.Pay(signature: [.. good, 0]), CancellationToken.None));
    }

    [Theory]
    [InlineData(Yes, true)]
    [InlineData("0xffffffff00000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0x", false)]
    [InlineData("0x1626ba7e", false)]
    public async Task Asks_a_payer_that_is_a_contract_and_believes_only_its_word(string answer, bool isTaken)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Code = "0x60";
        settling.Chain.Scripted["eth_call"] = parameters =>
            parameters[0]!["data"]!.GetValue<string>().StartsWith("0x1626ba7e", StringComparison.Ordinal) ? answer : settling.Chain.Usual("eth_call", parameters);
        using var settlement = settling.Start();

        // Not the key's signature: what a contract takes for one is its own matter.
        Assert.Equal(isTaken ? null : WrongSignature, await settlement.VerifyAsync(settling.Pay(signature: [1, 2, 3]), CancellationToken.None));

        // The key's signature alone is none where there is code.
        Assert.Equal(isTaken ? null : WrongSignature, await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
    }

    [Fact]
    public async Task A_contract_that_reverts_has_not_signed()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Code = "0x60";
        settling.Chain.Scripted["eth_call"] = _ => throw new NodeError(3, "execution reverted");
        using var settlement = settling.Start();

        Assert.Equal(WrongSignature, await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
    }

    /// <summary>Else it would cost us a picture, and the payer's contract nothing, as often as it likes.</summary>
    [Theory]
    [InlineData("out of gas")]
    [InlineData("EVM error: OutOfGas")]
    [InlineData("gas required exceeds allowance (1000000)")]
    public async Task A_contract_that_burns_all_gas_is_refused_before_the_work(string words)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Code = "0x60";
        using var settlement = settling.Start();
        settling.Chain.Scripted["eth_call"] = _ => throw new NodeError(-32000, words);
        Assert.Equal(WrongSignature, await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));

        settling.Chain.Scripted["eth_call"] = _ => Yes;
        settling.Chain.Scripted["eth_estimateGas"] = _ => throw new NodeError(-32000, words);
        Assert.Equal(new PaymentFault(false, PaymentReason.TransactionState), await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
    }

    [Fact]
    public async Task A_contract_that_takes_more_gas_than_the_operators_share_is_refused_before_the_work()
    {
        await using var settling = await Settling.StartAsync();
        settling.Budget = 120_000 * 2_000_000L;
        using var settlement = settling.Start();

        settling.Chain.Scripted["eth_estimateGas"] = _ => Hex.FormatQuantity(120_000);
        Assert.Null(await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));

        settling.Chain.Scripted["eth_estimateGas"] = _ => Hex.FormatQuantity(120_001);
        Assert.Equal(new PaymentFault(false, PaymentReason.TransactionState), await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
    }

    [Fact]
    public async Task An_authorization_that_holds_for_more_than_an_hour_is_refused()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        var payment = settling.Pay();
        payment = payment with { Authorization = payment.Authorization with { ValidBefore = payment.Authorization.ValidBefore + 3000 } };

        Assert.Equal(new PaymentFault(false, PaymentReason.ValidBefore), await settlement.VerifyAsync(payment, CancellationToken.None));
    }

    [Theory]
    [InlineData("eth_getCode", "0x")]
    [InlineData("eth_estimateGas", "0x")]
    [InlineData("eth_call", "0x60")]
    public async Task A_node_that_is_gone_or_at_its_limit_is_no_fault_of_the_payer(string method, string code)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Code = code;
        using var settlement = settling.Start();

        settling.Chain.Scripted[method] = _ => throw new IOException();
        Assert.Equal(Unavailable, await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));

        settling.Chain.Scripted[method] = _ => throw new NodeError(-32005, "daily request count exceeded");
        Assert.Equal(Unavailable, await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));

        settling.Chain.Scripted[method] = _ => 7;
        Assert.Equal(Unavailable, await settlement.VerifyAsync(settling.Pay(), CancellationToken.None));
    }

    private static PaymentFault WrongSignature => new(false, PaymentReason.InvalidSignature);

    /// <summary>A rollup asks for every byte: that is the payer's matter, as gas is that their contract takes.</summary>
    [Fact]
    public async Task A_signature_of_thousands_of_bytes_that_cost_more_than_the_share_is_the_payers_fault()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Code = "0x60";
        settling.Chain.Scripted["eth_estimateGas"] = static _ => "0x249f0";
        settling.Chain.Scripted["eth_call"] = parameters => ((string)parameters[0]!["data"]!)[..10] switch
        {
            "0x1626ba7e" => Yes,
            "0xf1c7a58b" => Hex.Format(UInt256.ToWord(settling.Budget / 1_000 * UInt256.Read(Convert.FromHexString(((string)parameters[0]!["data"]!)[10..])))),
            _ => settling.Chain.Usual("eth_call", parameters),
        };
        using var settlement = settling.Start();

        Assert.Null(await settlement.VerifyAsync(settling.Pay(1, new byte[100]), CancellationToken.None));
        Assert.Equal(new PaymentFault(false, PaymentReason.TransactionState), await settlement.VerifyAsync(settling.Pay(2, new byte[4096]), CancellationToken.None));
    }

    private static PaymentFault Unavailable => new(true, PaymentReason.VerifyError);
}
