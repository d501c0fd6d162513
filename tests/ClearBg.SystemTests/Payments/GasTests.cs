using System.Globalization;
using System.Text.Json;
using static System.Net.HttpStatusCode;

namespace ClearBg.SystemTests.Payments;

/// <summary>What it costs to hand payments in: nobody is asked for one while it costs more than the operator's share of the price, and who waits too long for a block offers more.</summary>
[Collection(ShopsDefinition.Name)]
public sealed class GasTests(SharedShops shops)
{
    /// <summary>Wei a unit of gas. A payment takes some 80,000, and at the tests' price of an ether may cost 5·10¹⁶ wei.</summary>
    private const long DearGas = 800_000_000_000;

    private const long UsualGas = 5_000_000;

    /// <summary>Where Base says what a transaction's bytes cost.</summary>
    private const string Oracle = "0x420000000000000000000000000000000000000F";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Gas_that_costs_more_than_its_share_of_the_price_closes_the_shop_until_it_is_cheaper()
    {
        var shop = await shops.ImpatientAsync();
        await AssertClosesAsync(shop, () => SetBaseFeeAsync(shop, DearGas), () => SetBaseFeeAsync(shop, UsualGas));
    }

    [Fact]
    public async Task So_do_a_rollups_fees_for_the_transactions_bytes()
    {
        var shop = await shops.ImpatientAsync();
        await AssertClosesAsync(shop, () => SetCodeAsync(shop, Answering(80_000 * DearGas)), () => SetCodeAsync(shop, "0x"));

        // Cheap ones don't.
        await SetCodeAsync(shop, Answering(1_000_000));
        await AssertPaysAsync(shop, await shop.SignAsync());
        await SetCodeAsync(shop, "0x");
    }

    /// <summary>The second process has a clock by which the first one's transaction has waited for a minute.</summary>
    [Fact]
    public async Task A_transaction_that_no_block_takes_gives_its_place_to_one_that_offers_more()
    {
        await using var shop = await Shop.OpenAsync(TestNetwork.BaseSepolia, Shop.Impatient);
        var payment = await shop.SignAsync(new PayerTerms { ValidFor = 3_000 });
        string first;
        await using (await shop.Chain.MineEveryAsync(seconds: 0))
        {
            var pending = await shop.BuyAsync(payment);
            pending.AssertIsRefused(ServiceUnavailable, Purchase.Pending);
            first = pending.Transaction!;
            var sent = shop.Rpc.AnswersTo("eth_sendRawTransaction");
            await shop.KillAsync();
            await shop.StartSteppedAsync(minutesAhead: 1, Shop.Impatient);

            // The same one, which the node knows, and the one that takes its place.
            using var patience = new CancellationTokenSource(Longest);
            while (shop.Rpc.AnswersTo("eth_sendRawTransaction") < sent + 2)
            {
                await Task.Delay(BetweenLooks, patience.Token);
            }
        }

        var purchase = await shop.BuyPatientlyAsync(payment);
        purchase.AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Assert.NotEqual(first, purchase.Transaction);
        await shop.Chain.AssertSucceededAsync(purchase.Transaction!);
        Assert.Equal(JsonValueKind.Null, (await shop.Chain.CallAsync("eth_getTransactionReceipt", first)).ValueKind);
        Assert.Equal((Shop.Price, 0), (await shop.EarnedAsync(), await shop.Chain.BalanceAsync(payment.Payer)));
    }

    private static async Task AssertClosesAsync(Shop shop, Func<Task> dear, Func<Task> cheap)
    {
        var payment = await shop.SignAsync();
        await dear();
        try
        {
            (await shop.BuyAsync(payment)).AssertIsRefused(ServiceUnavailable, Purchase.Unavailable);
            using var patience = new CancellationTokenSource(Longest);
            while ((await shop.BuyAsync(payment: null)).Status != ServiceUnavailable)
            {
                await Task.Delay(BetweenLooks, patience.Token);
            }
        }
        finally
        {
            await cheap();
        }

        await shop.UntilOpenAsync();
        await AssertPaysAsync(shop, payment);
    }

    private static async Task AssertPaysAsync(Shop shop, SignedPayment payment)
    {
        var earned = await shop.EarnedAsync();
        (await shop.BuyPatientlyAsync(payment)).AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
    }

    private static async Task SetBaseFeeAsync(Shop shop, long wei)
    {
        await shop.Chain.CallAsync("anvil_setNextBlockBaseFeePerGas", $"0x{wei.ToString("x", CultureInfo.InvariantCulture)}");
        await shop.Chain.MineAsync();
    }

    private static async Task SetCodeAsync(Shop shop, string code) => await shop.Chain.CallAsync("anvil_setCode", Oracle, code);

    /// <summary>A contract that answers every call with one number: PUSH32 it, MSTORE it at 0, RETURN 32 bytes from there.</summary>
    private static string Answering(long number) => $"0x7f{number.ToString("x64", CultureInfo.InvariantCulture)}60005260206000f3";
}
