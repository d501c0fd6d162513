using static System.Net.HttpStatusCode;

namespace ClearBg.SystemTests.Payments;

/// <summary>
/// Payments with one thing wrong, and payers with whom something is. Each is refused in the words of the specification, costs nothing and gets no picture.
/// </summary>
[Collection(ShopsDefinition.Name)]
public sealed class RefusedPaymentsTests(SharedShops shops)
{
    private const string ValueInVersion1 = "invalid_exact_evm_payload_authorization_value";
    private const string ValueInVersion2 = "invalid_exact_evm_payload_authorization_value_mismatch";
    private const string Recipient = "invalid_exact_evm_payload_recipient_mismatch";
    private const string Before = "invalid_exact_evm_payload_authorization_valid_before";
    private const string After = "invalid_exact_evm_payload_authorization_valid_after";
    private const string InvalidSignature = "invalid_exact_evm_payload_signature";
    private const string NonceUsed = "invalid_exact_evm_nonce_already_used";
    private const string Somebody = "0x1111111111111111111111111111111111111111";

    private static readonly Dictionary<string, (PayerTerms Terms, string Reason)> Wrong = new(StringComparer.Ordinal)
    {
        ["underpaid"] = (new() { Value = "49999" }, ValueInVersion2),
        ["underpaid, in version 1"] = (new() { Version = 1, Value = "49999" }, ValueInVersion1),
        ["overpaid"] = (new() { Value = "50001" }, ValueInVersion2),
        ["overpaid, in version 1"] = (new() { Version = 1, Value = "50001" }, ValueInVersion1),
        ["another price accepted"] = (new() { Accepted = new() { ["amount"] = "1" } }, ValueInVersion2),
        ["for somebody else"] = (new() { To = Somebody, Accepted = new() { ["payTo"] = Shop.PayTo } }, Recipient),
        ["for somebody else, in version 1"] = (new() { Version = 1, To = Somebody }, Recipient),
        ["for somebody else, which was accepted"] = (new() { To = Somebody }, Recipient),
        ["in another token"] = (new() { Domain = new() { ["verifyingContract"] = Somebody } }, InvalidSignature),
        ["in another token, which was accepted"] = (new() { Accepted = new() { ["asset"] = Somebody } }, "invalid_payload"),
        ["on another chain"] = (new() { Domain = new() { ["chainId"] = 1 } }, InvalidSignature),
        ["on another network"] = (new() { Accepted = new() { ["network"] = TestNetwork.Base.Caip2 } }, "invalid_network"),
        ["on another network, in version 1"] = (new() { Version = 1, Envelope = new() { ["network"] = TestNetwork.Base.Name } }, "invalid_network"),
        ["the network in the other version's words"] = (new() { Version = 1, Envelope = new() { ["network"] = TestNetwork.BaseSepolia.Caip2 } }, "invalid_network"),
        ["of another version"] = (new() { Envelope = new() { ["x402Version"] = 3 } }, "invalid_x402_version"),
        ["of another scheme"] = (new() { Accepted = new() { ["scheme"] = "upto" } }, "unsupported_scheme"),
        ["expired"] = (new() { ValidFor = -1 }, Before),
        ["expired, in version 1"] = (new() { Version = 1, ValidFor = -1 }, Before),
        ["about to expire"] = (new() { ValidFor = 3 }, Before),
        ["not valid yet"] = (new() { ValidFrom = 60 }, After),
        ["not valid yet, in version 1"] = (new() { Version = 1, ValidFrom = 60 }, After),
        ["a high s"] = (new() { Twist = "high s" }, InvalidSignature),
        ["another signature"] = (new() { Twist = "other r" }, InvalidSignature),
        ["more bytes than a key signs"] = (new() { Twist = "padded" }, InvalidSignature),
    };

    public static TheoryData<string> Mistakes => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_payment_with_a_mistake(string mistake)
    {
        var shop = await shops.AnyAsync();
        var (terms, reason) = Wrong[mistake];
        var sent = shop.Rpc.CallsOf("eth_sendRawTransaction");

        await AssertRefusedAsync(shop, await shop.SignAsync(await shop.PayerAsync(2 * Shop.Price), terms), reason);

        Assert.Equal(sent, shop.Rpc.CallsOf("eth_sendRawTransaction"));
    }

    [Fact]
    public async Task A_payer_without_enough_money()
    {
        var shop = await shops.AnyAsync();
        await AssertRefusedAsync(shop, await shop.SignAsync(await shop.PayerAsync(Shop.Price - 1)), "insufficient_funds");
    }

    [Fact]
    public async Task A_payer_whom_the_token_has_blacklisted()
    {
        var shop = await shops.AnyAsync();
        var payer = await shop.PayerAsync();
        await shop.Chain.TellAsync("blacklist", ("address", payer.Address), ("on", true));
        await AssertRefusedAsync(shop, await shop.SignAsync(payer), "invalid_transaction_state");
    }

    [Fact]
    public async Task A_payer_who_has_cancelled()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        await shop.Chain.TellAndMineAsync("cancel", ("payment", payment.Whole));
        await AssertRefusedAsync(shop, payment, NonceUsed);
    }

    [Fact]
    public async Task A_wallet_whose_owner_has_not_signed()
    {
        var shop = await shops.AnyAsync();
        await shop.FundAsync(Shop.Wallet, Shop.Price);
        await AssertRefusedAsync(shop, await shop.SignAsync(await shop.PayerAsync(), new PayerTerms { AsWallet = true }), InvalidSignature);
    }

    [Fact]
    public async Task A_nonce_that_has_paid_already()
    {
        var shop = await shops.AnyAsync();
        var payer = await shop.PayerAsync(2 * Shop.Price);
        var first = await shop.SignAsync(payer);
        (await shop.BuyPatientlyAsync(first)).AssertIsPicture(payer.Address, shop.Network.Caip2);
        await AssertRefusedAsync(shop, await shop.SignAsync(payer, new PayerTerms { Nonce = first.Nonce, ValidFor = 500 }), NonceUsed);
    }

    /// <summary>It may have bought something else from whoever is paid here. What a third party hands in after we have it is another matter.</summary>
    [Fact]
    public async Task A_payment_that_was_made_before_it_came_here()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        await shop.Chain.TellAndMineAsync("submit", ("payment", payment.Whole));
        await AssertRefusedAsync(shop, payment, NonceUsed);
    }

    /// <summary>The payer empties the account after the payment was tried and before it is in a block.</summary>
    [Fact]
    public async Task A_payer_who_takes_the_money_away_at_the_last_moment()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        await AssertFailsInTheBlockAsync(shop, payment, () => shop.FundAsync(payment.Payer, 0), "insufficient_funds");
    }

    /// <summary>The cancellation offers more for the same block, so that it comes first in it.</summary>
    [Fact]
    public async Task A_payer_who_cancels_at_the_last_moment()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        await AssertFailsInTheBlockAsync(shop, payment, () => shop.Chain.TellAsync("cancel", ("payment", payment.Whole)), NonceUsed);
    }

    private static async Task AssertFailsInTheBlockAsync(Shop shop, SignedPayment payment, Func<Task> trick, string reason)
    {
        var earned = await shop.EarnedAsync();
        Task<Purchase> buying;
        await using (await shop.Chain.MineEveryAsync(seconds: 0))
        {
            using var sending = shop.Rpc.Inject(RpcFaults.None, "eth_sendRawTransaction");
            buying = shop.BuyPatientlyAsync(payment);
            await sending.MetAsync();
            await trick();
        }

        var purchase = await buying;
        purchase.AssertIsRefused(PaymentRequired, reason);
        Assert.False(Assert.NotNull(purchase.Receipt).GetProperty("success").GetBoolean());
        Assert.Equal(earned, await shop.EarnedAsync());
    }

    private static async Task AssertRefusedAsync(Shop shop, SignedPayment payment, string reason)
    {
        var earned = await shop.EarnedAsync();
        (await shop.BuyAsync(payment)).AssertIsRefused(PaymentRequired, reason);
        Assert.Equal(earned, await shop.EarnedAsync());
    }
}
