using System.Net;

namespace ClearBg.SystemTests.Payments;

/// <summary>Many payments, or one many times, all at once, on blocks that come every second.</summary>
[Collection(ShopsDefinition.Name)]
public sealed class CrowdOfPaymentsTests(SharedShops shops)
{
    [Fact]
    public async Task Of_24_different_payments_at_once_all_get_their_picture()
    {
        const int Payments = 24;
        var shop = await shops.AnyAsync();
        var payments = await Task.WhenAll(Enumerable.Range(0, Payments).Select(i => shop.SignAsync(new PayerTerms { Version = 1 + (i % 2) })));
        var earned = await shop.EarnedAsync();
        Purchase[] purchases;
        await using (await shop.Chain.MineEveryAsync(seconds: 1))
        {
            purchases = await Task.WhenAll(payments.Select((payment, i) => shop.BuyPatientlyAsync(payment, Pictures.Large(64 + i, 64))));
        }

        for (var i = 0; i < Payments; i++)
        {
            purchases[i].AssertIsPicture(payments[i].Payer, shop.Network.In(1 + (i % 2)));
            Assert.Equal(64 + i, PngFile.Read(purchases[i].Body).Width);
            await shop.Chain.AssertSucceededAsync(purchases[i].Transaction!);
            Assert.Equal(0, await shop.Chain.BalanceAsync(payments[i].Payer));
        }

        Assert.Equal(earned + (Payments * Shop.Price), await shop.EarnedAsync());
        Assert.Equal(Payments, purchases.Select(static purchase => purchase.Transaction).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task One_payment_16_times_at_once_is_one_charge_and_16_times_the_same_picture()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        var (earned, sent) = (await shop.EarnedAsync(), shop.Rpc.CallsOf("eth_sendRawTransaction"));
        Purchase[] purchases;
        await using (await shop.Chain.MineEveryAsync(seconds: 1))
        {
            purchases = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => shop.BuyPatientlyAsync(payment)));
        }

        Assert.All(purchases, purchase =>
        {
            purchase.AssertIsPicture(payment.Payer, shop.Network.Caip2);
            Assert.Equal(purchases[0].Body, purchase.Body);
            Assert.Equal(purchases[0].Transaction, purchase.Transaction);
        });
        Assert.Equal(sent + 1, shop.Rpc.CallsOf("eth_sendRawTransaction"));
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
    }

    /// <summary>One looks for the payment before anybody has it, and asks the chain about it when another one has paid with it.</summary>
    [Fact]
    public async Task Whoever_is_overtaken_by_the_same_payment_gets_the_picture_too()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        var overtaken = new TaskCompletionSource();
        using var held = shop.Rpc.Inject(RpcFaults.HoldsTheFirst(overtaken.Task), "eth_estimateGas");

        var slow = shop.BuyAsync(payment);
        await held.MetAsync();
        var fast = await shop.BuyAsync(payment);
        overtaken.SetResult();

        fast.AssertIsPicture(payment.Payer, shop.Network.Caip2);
        (await slow).AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
    }

    [Fact]
    public async Task A_payment_that_has_paid_for_one_picture_pays_for_no_other()
    {
        var shop = await shops.AnyAsync();
        var payer = await shop.PayerAsync(2 * Shop.Price);
        var payment = await shop.SignAsync(payer);
        var earned = await shop.EarnedAsync();
        (await shop.BuyPatientlyAsync(payment)).AssertIsPicture(payer.Address, shop.Network.Caip2);

        var other = await shop.BuyAsync(payment, Pictures.Large(65, 64));

        Assert.Equal(HttpStatusCode.Conflict, other.Status);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
        (await shop.BuyAsync(payment)).AssertIsPicture(payer.Address, shop.Network.Caip2);
    }

    /// <summary>The extension payment-identifier of version 2.</summary>
    [Fact]
    public async Task A_name_that_a_payer_gave_to_one_payment_is_no_other_one_of_theirs()
    {
        var shop = await shops.AnyAsync();
        var payer = await shop.PayerAsync(2 * Shop.Price);
        var terms = new PayerTerms { Extensions = new() { ["payment-identifier"] = new { info = new { id = Guid.NewGuid().ToString() } } } };
        var (first, second) = (await shop.SignAsync(payer, terms), await shop.SignAsync(payer, terms));
        var earned = await shop.EarnedAsync();

        (await shop.BuyPatientlyAsync(first)).AssertIsPicture(first.Payer, shop.Network.Caip2);

        Assert.Equal(HttpStatusCode.Conflict, (await shop.BuyAsync(second)).Status);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
    }
}
