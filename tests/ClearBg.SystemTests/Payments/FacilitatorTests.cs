using System.Net;

namespace ClearBg.SystemTests.Payments;

/// <summary>Settlement by the facilitator that npm has, which sends with a key of its own.</summary>
public sealed class FacilitatorTests : IAsyncLifetime
{
    /// <summary>Another of anvil's well-known keys.</summary>
    private const string Key = "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba";

    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _shop = await Shop.WithoutGatewayAsync(TestNetwork.BaseSepolia, Tests.Storage.Engine.Sqlite);
        var facilitator = await NodeWallets.CallAsync("facilitator", new { network = _shop.Network.Name, rpc = _shop.Rpc.Url, key = Key });

        // With a node beside it: who has the chain to ask knows what became of a payment when this facilitator, asked again, only says that its nonce is used.
        await _shop.StartAsync(("Payments__FacilitatorUrl", facilitator.GetProperty("url").GetString()!), ("Payments__SettlerKey", ""), ("Payments__SettlementSeconds", "10"));
    }

    public async Task DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task Pays_in_both_versions_refuses_what_is_wrong_and_never_pays_twice()
    {
        foreach (var version in (int[])[1, 2])
        {
            var payment = await _shop.SignAsync(new PayerTerms { Version = version });
            var purchase = await _shop.BuyAsync(payment);
            purchase.AssertIsPicture(payment.Payer, _shop.Network.In(version));
            await _shop.Chain.AssertSucceededAsync(purchase.Transaction!);
            Assert.Equal(purchase.Body, (await _shop.BuyAsync(payment)).Body);
            Assert.Equal(version * Shop.Price, await _shop.EarnedAsync());
        }

        // Why a simulation fails, this facilitator finds out by a contract (Multicall3) that no new chain has; a signature it checks by itself.
        var forged = await _shop.BuyAsync(await _shop.SignAsync(new PayerTerms { Twist = "other r" }));
        forged.AssertIsRefused(HttpStatusCode.PaymentRequired, "invalid_exact_evm_payload_signature");

        // The facilitator waits for a block that doesn't come, and the gateway for the facilitator.
        var slow = await _shop.SignAsync();
        await using (await _shop.Chain.MineEveryAsync(seconds: 0))
        {
            (await _shop.BuyAsync(slow)).AssertIsRefused(HttpStatusCode.ServiceUnavailable, Purchase.Pending);
        }

        var late = await _shop.BuyPatientlyAsync(slow);
        late.AssertIsPicture(slow.Payer, _shop.Network.Caip2);
        Assert.Equal(3 * Shop.Price, await _shop.EarnedAsync());
    }
}
