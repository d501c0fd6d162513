using System.Globalization;
using System.Text.Json;

namespace ClearBg.SystemTests.Payments;

/// <summary>What whoever comes without a payment gets, and the picture that the real model cuts out for whoever comes with one.</summary>
public sealed class OfferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactNeeds("curl")]
    public async Task Asks_for_a_payment_before_a_byte_of_the_picture_and_cuts_it_out_for_one()
    {
        await using var shop = await Shop.WithoutGatewayAsync(TestNetwork.Base, Tests.Storage.Engine.Sqlite);
        await shop.StartAsync(("Segmentation__Model", "isnet"), ("Segmentation__Folder", Path.Combine(AppContext.BaseDirectory, "models")));
        await File.WriteAllBytesAsync(_folder["heavy.jpg"], Pictures.Heavy(20_000_000));

        var said = await Curl.RunAsync(
            "%{http_code} %{size_upload}", "-H", "Content-Type: image/jpeg", "-H", "Expect: 100-continue", "--expect100-timeout", "30",
            "--data-binary", $"@{_folder["heavy.jpg"]}", "-o", _folder["offer.json"], new Uri(shop.Gateway.Client.BaseAddress!, Shop.Route).ToString());
        Assert.Equal("402 0", said);
        AssertIsOffer(JsonSerializer.Deserialize<JsonElement>(await File.ReadAllBytesAsync(_folder["offer.json"])));

        var payment = await shop.SignAsync();
        var purchase = await shop.BuyAsync(payment, Pictures.Cat);
        purchase.AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Pictures.AssertIsCutOut(purchase.Body);
        Assert.Equal(Shop.Price, await shop.EarnedAsync());
    }

    private static void AssertIsOffer(JsonElement offer)
    {
        Assert.Equal(1, offer.GetProperty("x402Version").GetInt32());
        var entry = offer.GetProperty("accepts").EnumerateArray().Single();
        Assert.Equal("exact", entry.GetProperty("scheme").GetString());
        Assert.Equal(TestNetwork.Base.Name, entry.GetProperty("network").GetString());
        Assert.Equal(TestNetwork.Base.Token, entry.GetProperty("asset").GetString());
        Assert.Equal(Shop.PayTo, entry.GetProperty("payTo").GetString());
        Assert.Equal(Shop.Price.ToString(CultureInfo.InvariantCulture), entry.GetProperty("maxAmountRequired").GetString());
        Assert.Equal("https://pictures.example/v1/remove-background", entry.GetProperty("resource").GetString());
    }
}
