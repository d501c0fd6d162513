namespace ClearBg.SystemTests.Payments;

/// <summary>Clients whose connection breaks, and who send the same payment again.</summary>
[Collection(ShopsDefinition.Name)]
public sealed class LostAnswersTests(SharedShops shops)
{
    [Fact]
    public async Task A_picture_whose_answer_was_lost_comes_again_without_a_charge()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        var (earned, sent) = (await shop.EarnedAsync(), shop.Rpc.CallsOf("eth_sendRawTransaction"));

        var first = await shop.BuyPatientlyAsync(payment);
        var second = await shop.BuyAsync(payment);

        second.AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Transaction, second.Transaction);
        Assert.Equal(sent + 1, shop.Rpc.CallsOf("eth_sendRawTransaction"));
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
    }

    [Fact]
    public async Task Whoever_hangs_up_while_the_payment_waits_for_its_block_gets_the_picture_later()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        await using (await shop.Chain.MineEveryAsync(seconds: 0))
        {
            using var sending = shop.Rpc.Inject(RpcFaults.None, "eth_sendRawTransaction");
            using var client = new CancellationTokenSource();
            var lost = shop.BuyAsync(payment, cancellation: client.Token);
            await sending.MetAsync();
            await client.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
        }

        (await shop.BuyPatientlyAsync(payment)).AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
    }

    [Fact]
    public async Task Whoever_hangs_up_before_the_work_pays_nothing_and_can_use_the_payment_for_another_picture()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        using (var slow = shop.Rpc.Inject(RpcFaults.Hangs, "eth_estimateGas"))
        {
            await HangUpAsync(shop, payment, picture: null, slow.MetAsync());
        }

        await AssertIsUnusedAsync(shop, payment, earned);
    }

    [Fact]
    public async Task Whoever_hangs_up_during_the_work_pays_nothing_and_can_use_the_payment_for_another_picture()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();
        await HangUpAsync(shop, payment, EndlessPicture, shop.UntilAsync("working", payment));

        await AssertIsUnusedAsync(shop, payment, earned);
    }

    /// <summary>The tests' model never ends on a picture that is nowhere darker than nine tenths.</summary>
    private static byte[] EndlessPicture { get; } = Pictures.White(64, 64);

    private static async Task HangUpAsync(Shop shop, SignedPayment payment, byte[]? picture, Task when)
    {
        using var client = new CancellationTokenSource();
        var lost = shop.BuyAsync(payment, picture, cancellation: client.Token);
        await when;
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
    }

    /// <summary>The gateway hears of a client's end a moment later, and another picture is a conflict until then.</summary>
    private static async Task AssertIsUnusedAsync(Shop shop, SignedPayment payment, long earned)
    {
        Purchase other;
        do
        {
            Assert.Equal(earned, await shop.EarnedAsync());
            other = await shop.BuyAsync(payment, Pictures.Large(65, 64));
        }
        while (other.Status == System.Net.HttpStatusCode.Conflict);

        other.AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
    }
}
