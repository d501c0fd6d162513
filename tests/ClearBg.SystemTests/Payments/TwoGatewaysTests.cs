using ClearBg.SystemTests.Money;
using ClearBg.Tests.Storage;

namespace ClearBg.SystemTests.Payments;

/// <summary>Two processes over one PostgreSQL database, with one settler's key between them.</summary>
public sealed class TwoGatewaysTests
{
    private const int Payments = 12;

    [Theory]
    [OnPostgres]
    public async Task Both_get_each_payment_twice_at_once_and_charge_it_once(Engine engine)
    {
        await using var shop = await Shop.WithoutGatewayAsync(TestNetwork.BaseSepolia, engine);
        await using var crowd = new Crowd(await shop.StartManyAsync(2));
        var payments = await Task.WhenAll(Enumerable.Range(0, Payments).Select(_ => shop.SignAsync()));
        Purchase[] purchases;
        await using (await shop.Chain.MineEveryAsync(seconds: 1))
        {
            purchases = await Task.WhenAll(Enumerable.Range(0, 4 * Payments).Select(i => shop.BuyPatientlyAsync(payments[i / 4], gateway: crowd[i])));
        }

        for (var i = 0; i < purchases.Length; i++)
        {
            purchases[i].AssertIsPicture(payments[i / 4].Payer, shop.Network.Caip2);
            Assert.Equal(purchases[i / 4 * 4].Transaction, purchases[i].Transaction);
        }

        Assert.Equal(Payments * Shop.Price, await shop.EarnedAsync());

        // No number between was lost, and none was used for a transaction that brought nothing.
        Assert.Equal($"0x{Payments:x}", (await shop.Chain.CallAsync("eth_getTransactionCount", Shop.Settler, "latest")).GetString());
    }
}
