using System.Net;
using System.Text.Json;
using ClearBg.SystemTests.Money;

namespace ClearBg.SystemTests.Payments;

/// <summary>The clients that people have, as they are, in every way that they can be set up.</summary>
[Collection(ShopsDefinition.Name)]
public sealed class PublishedClientsTests(SharedShops shops) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly string[] Clients =
        ["x402-fetch", "x402-axios", "@x402/fetch", "@x402/axios", "@x402/fetch in version 1", "@x402/axios in version 1"];

    public static IEnumerable<object[]> SetUps =>
        from client in Clients
        from network in (TestNetwork[])[TestNetwork.BaseSepolia, TestNetwork.Base]
        from multipart in (bool[])[false, true]
        select new object[] { client, network.Name, multipart };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(SetUps))]
    public async Task Buy_a_picture_for_exactly_its_price(string client, string networkName, bool multipart)
    {
        var shop = await shops.OnAsync(TestNetwork.Named(networkName));
        var payer = await shop.PayerAsync(3 * Shop.Price);
        var earned = await shop.EarnedAsync();
        await File.WriteAllBytesAsync(_folder["picture.jpg"], Order.Picture);

        var answer = await NodeWallets.CallAsync("pay", new
        {
            client, network = networkName, payer.Key, url = new Uri(shop.Gateway.Client.BaseAddress!, Shop.Route), file = _folder["picture.jpg"], type = "image/jpeg", multipart,
        });

        var purchase = new Purchase(
            (HttpStatusCode)answer.GetProperty("status").GetInt32(),
            new Dictionary<string, string>(answer.GetProperty("headers").Deserialize<Dictionary<string, string>>()!, StringComparer.OrdinalIgnoreCase),
            answer.GetProperty("body").GetBytesFromBase64());
        var version = client.StartsWith('@') && !client.EndsWith("version 1", StringComparison.Ordinal) ? 2 : 1;
        purchase.AssertIsPicture(payer.Address, shop.Network.In(version));
        await shop.Chain.AssertSucceededAsync(purchase.Transaction!);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
        Assert.Equal(2 * Shop.Price, await shop.Chain.BalanceAsync(payer.Address));
    }
}
