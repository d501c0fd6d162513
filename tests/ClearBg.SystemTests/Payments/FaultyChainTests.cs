using System.Globalization;
using System.Text.Json.Nodes;
using static System.Net.HttpStatusCode;

namespace ClearBg.SystemTests.Payments;

/// <summary>
/// A node that is away, slow, wrong or forgetful. None of that is the payer's fault: the answer is 503, never 402, and the same payment sent again when the node is
/// well pays once and brings the picture.
/// </summary>
[Collection(ShopsDefinition.Name)]
public sealed class FaultyChainTests(SharedShops shops)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private const string Send = "eth_sendRawTransaction";
    private const string Receipt = "eth_getTransactionReceipt";

    private static readonly Dictionary<string, RpcFault> Faults = new(StringComparer.Ordinal)
    {
        ["is away"] = RpcFaults.Drops,
        ["hangs"] = RpcFaults.Hangs,
        ["is behind a broken proxy"] = RpcFaults.IsBehindABrokenProxy,
        ["talks nonsense"] = RpcFaults.TalksNonsense,
        ["answers somebody else"] = RpcFaults.AnswersSomebodyElse,
        ["limits its calls"] = RpcFaults.Refuses(-32005, "limit exceeded"),
        ["says null to everything"] = RpcFaults.Says(null),
    };

    public static TheoryData<string> All => [.. Faults.Keys];

    /// <summary>Sent before the gateway has noticed, and once more when it has.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task With_a_node_that_a_payment_is_not_refused_and_not_used(string fault)
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        using (shop.Rpc.Inject(Faults[fault]))
        {
            AssertIsUnavailable(await shop.BuyAsync(payment));
        }

        await shop.UntilOpenAsync();
        await AssertPaysAsync(shop, payment, earned);
    }

    /// <summary>The node works, and only what is to be sent never arrives: whether it did, nobody can know.</summary>
    [Theory]
    [InlineData("is away")]
    [InlineData("limits its calls")]
    public async Task With_a_node_that_only_when_a_transaction_is_sent_the_payment_is_pending(string fault)
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        using (shop.Rpc.Inject(Faults[fault], Send))
        {
            AssertIsPending(await shop.BuyAsync(payment));
        }

        await AssertPaysAsync(shop, payment, earned);
    }

    [Fact]
    public async Task A_transaction_whose_answer_is_lost_is_found_in_its_block()
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        using var fault = shop.Rpc.Inject(RpcFaults.LosesTheAnswer, Send);
        await AssertPaysAsync(shop, payment, earned);
    }

    [Theory]
    [InlineData("replacement transaction underpriced")]
    [InlineData("transaction underpriced")]
    public async Task A_transaction_that_is_refused_once_is_signed_again(string refusal)
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var (earned, before) = (await shop.EarnedAsync(), shop.Rpc.Broadcast.Count);
        using var fault = shop.Rpc.Inject(RpcFaults.Times(1, RpcFaults.Refuses(-32000, refusal)), Send);
        await AssertPaysAsync(shop, payment, earned);

        // Another one, and not the same again.
        var broadcast = shop.Rpc.Broadcast.Skip(before).ToList();
        Assert.True(broadcast.Count > 1);
        Assert.NotEqual(broadcast[0], broadcast[1]);
    }

    /// <summary>A wallet of the operator's has the key too, and is faster by a moment.</summary>
    [Fact]
    public async Task A_transaction_whose_nonce_somebody_else_used_gets_another_one()
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        var used = new TaskCompletionSource();
        using var held = shop.Rpc.Inject(RpcFaults.HoldsTheFirst(used.Task), Send);
        var buying = shop.BuyPatientlyAsync(payment);
        await held.MetAsync();
        var theirs = await shop.Chain.CallAsync("eth_sendTransaction", new { from = Shop.Settler, to = Shop.Wallet, value = "0x0" });
        await shop.Chain.UntilMinedAsync(theirs.GetString()!);
        used.SetResult();

        (await buying).AssertIsPicture(payment.Payer, shop.Network.Caip2);
        await AssertPaysAsync(shop, payment, earned);
    }

    /// <summary>As a node says that has it from another one already; it has.</summary>
    [Fact]
    public async Task A_transaction_that_is_already_known_is_as_good_as_sent()
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        using var fault = shop.Rpc.Inject(RpcFaults.RefusesAfterwards(-32000, "already known"), Send);
        await AssertPaysAsync(shop, payment, earned);
    }

    [Fact]
    public async Task A_transaction_that_finds_no_block_is_pending_and_the_same_payment_sent_again_gets_its_picture()
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        await using (await shop.Chain.MineEveryAsync(seconds: 0))
        {
            AssertIsPending(await shop.BuyAsync(payment));
            AssertIsPending(await shop.BuyAsync(payment));
        }

        await AssertPaysAsync(shop, payment, earned);
    }

    [Fact]
    public async Task A_receipt_that_is_never_seen_leaves_the_payment_pending()
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        using (shop.Rpc.Inject(RpcFaults.Says(null), Receipt, "eth_getLogs"))
        {
            AssertIsPending(await shop.BuyAsync(payment));
        }

        await AssertPaysAsync(shop, payment, earned);
    }

    /// <summary>A receipt is believed when it has succeeded and tells of just this transfer.</summary>
    [Theory]
    [InlineData("no logs")]
    [InlineData("another value")]
    public async Task A_receipt_of_another_transfer_is_no_proof(string forgery)
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        using (shop.Rpc.Inject(RpcFaults.Forges(receipt => Forge(receipt.AsObject(), forgery)), Receipt))
        {
            AssertIsPending(await shop.BuyAsync(payment));
        }

        await AssertPaysAsync(shop, payment, earned);
    }

    /// <summary>As when a provider's name leads somewhere else after an outage.</summary>
    [Fact]
    public async Task A_node_that_comes_back_with_another_chain_is_not_believed()
    {
        const string ChainId = "eth_chainId";
        var shop = await shops.ImpatientAsync();
        using (shop.Rpc.Inject(RpcFaults.Drops))
        {
            await UntilClosedAsync(shop);
        }

        using (shop.Rpc.Inject(RpcFaults.Says("0x1"), ChainId))
        {
            var looks = shop.Rpc.CallsOf(ChainId);
            while (shop.Rpc.CallsOf(ChainId) < looks + 2)
            {
                Assert.Equal(ServiceUnavailable, (await shop.BuyAsync(payment: null)).Status);
                await Task.Delay(BetweenLooks);
            }
        }

        await shop.UntilOpenAsync();
    }

    [Fact]
    public async Task A_token_that_is_paused_is_not_sold_for()
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        await shop.Chain.TellAsync("pause", ("on", true));
        try
        {
            AssertIsUnavailable(await shop.BuyAsync(payment));
            await UntilClosedAsync(shop);
        }
        finally
        {
            await shop.Chain.TellAsync("pause", ("on", false));
        }

        await shop.UntilOpenAsync();
        await AssertPaysAsync(shop, payment, earned);
    }

    [Fact]
    public async Task A_settler_without_money_for_gas_takes_no_payment()
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        var ether = (await shop.Chain.CallAsync("eth_getBalance", Shop.Settler, "latest")).GetString()!;
        await shop.Chain.CallAsync("anvil_setBalance", Shop.Settler, "0x0");
        try
        {
            AssertIsUnavailable(await shop.BuyAsync(payment));
            await UntilClosedAsync(shop);
        }
        finally
        {
            await shop.Chain.CallAsync("anvil_setBalance", Shop.Settler, ether);
        }

        await shop.UntilOpenAsync();
        await AssertPaysAsync(shop, payment, earned);
    }

    /// <summary>Whoever has seen a signed authorization may hand it in; the money comes to the same place.</summary>
    [Fact]
    public async Task A_payment_that_somebody_else_hands_in_first_has_paid()
    {
        var shop = await shops.ImpatientAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        Task<Purchase> buying;
        string theirs;
        await using (await shop.Chain.MineEveryAsync(seconds: 0))
        {
            using var sending = shop.Rpc.Inject(RpcFaults.None, Send);
            buying = shop.BuyPatientlyAsync(payment);
            await sending.MetAsync();
            theirs = (await shop.Chain.TellAsync("submit", ("payment", payment.Whole))).GetString()!;
        }

        var purchase = await buying;
        await AssertPaysAsync(shop, payment, earned);
        purchase.AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Assert.Equal(theirs, purchase.Transaction);
        await shop.Chain.AssertSucceededAsync(theirs);
    }

    private static void Forge(JsonObject receipt, string forgery)
    {
        if (forgery == "no logs")
        {
            receipt["logs"] = new JsonArray();
            return;
        }

        foreach (var log in receipt["logs"]!.AsArray())
        {
            log!["data"] = $"0x{1.ToString("x64", CultureInfo.InvariantCulture)}";
        }
    }

    private static void AssertIsUnavailable(Purchase purchase)
    {
        purchase.AssertIsRefused(ServiceUnavailable, Purchase.Unavailable);
        Assert.Null(purchase.Receipt);
    }

    private static void AssertIsPending(Purchase purchase)
    {
        purchase.AssertIsRefused(ServiceUnavailable, Purchase.Pending);
        Assert.Contains("do not sign a new one", purchase.Say(), StringComparison.Ordinal);
        Assert.Equal("0x".Length + 64, purchase.Transaction!.Length);
    }

    private static async Task AssertPaysAsync(Shop shop, SignedPayment payment, long earned)
    {
        var purchase = await shop.BuyPatientlyAsync(payment);
        purchase.AssertIsPicture(payment.Payer, shop.Network.In(payment.Version));
        await shop.Chain.AssertSucceededAsync(purchase.Transaction!);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
        Assert.Equal(0, await shop.Chain.BalanceAsync(payment.Payer));
    }

    /// <summary>The gateway looks at the chain every few seconds.</summary>
    private static async Task UntilClosedAsync(Shop shop)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await shop.BuyAsync(payment: null)).Status != ServiceUnavailable)
        {
            await Task.Delay(BetweenLooks, patience.Token);
        }
    }
}
