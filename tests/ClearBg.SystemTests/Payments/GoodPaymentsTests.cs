using System.Net;
using ClearBg.SystemTests.Money;

namespace ClearBg.SystemTests.Payments;

/// <summary>Payments that are unusual and right, and good payments for pictures that aren't.</summary>
[Collection(ShopsDefinition.Name)]
public sealed class GoodPaymentsTests(SharedShops shops)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_signature_whose_v_counts_from_0_is_as_good_as_one_from_27(int version)
    {
        var shop = await shops.AnyAsync();
        await AssertPaysAsync(shop, await shop.SignAsync(new PayerTerms { Version = version, Twist = "v from 0" }));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("padded")]
    public async Task A_wallet_contract_pays_with_whatever_signature_it_accepts(string twist)
    {
        var shop = await shops.AnyAsync();
        await shop.FundAsync(Shop.Wallet, Shop.Price);
        await AssertPaysAsync(shop, await shop.SignAsync(shop.WalletOwner, new PayerTerms { AsWallet = true, Twist = twist }));
    }

    /// <summary>Nobody reads which header it was.</summary>
    [Theory]
    [InlineData(1, "PAYMENT-SIGNATURE")]
    [InlineData(2, "X-PAYMENT")]
    public async Task Either_version_may_come_in_either_header(int version, string header)
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync(new PayerTerms { Version = version });
        await AssertPaysAsync(shop, payment with { Name = header });
    }

    /// <summary>The work fails, at the signature of the file, or in the middle of its pixels.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_picture_that_fails_costs_nothing_and_leaves_the_payment_usable(bool isPicture)
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        var earned = await shop.EarnedAsync();

        var failed = await shop.BuyAsync(payment, isPicture ? Pictures.TruncatedJpeg : "<html>no picture</html>"u8.ToArray());

        Assert.Equal(HttpStatusCode.BadRequest, failed.Status);
        Assert.Null(failed.Receipt);
        Assert.Equal(earned, await shop.EarnedAsync());
        await AssertPaysAsync(shop, payment);
    }

    [Fact]
    public async Task WebP_is_as_paid_for_as_PNG()
    {
        var shop = await shops.AnyAsync();
        var payment = await shop.SignAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Shop.Route}?format=webp")
        {
            Content = new ByteArrayContent(Order.Picture) { Headers = { ContentType = new("image/jpeg") } }, Headers = { { payment.Name, payment.Header } },
        };

        using var response = await shop.Gateway.Client.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, "image/webp"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal("WEBP"u8.ToArray(), (await response.Content.ReadAsByteArrayAsync())[8..12]);

        // The same payment for the same picture in another format is another request.
        Assert.Equal(HttpStatusCode.Conflict, (await shop.BuyAsync(payment)).Status);
    }

    private static async Task AssertPaysAsync(Shop shop, SignedPayment payment)
    {
        var earned = await shop.EarnedAsync();
        var purchase = await shop.BuyPatientlyAsync(payment);
        purchase.AssertIsPicture(payment.Payer, shop.Network.In(payment.Version));
        await shop.Chain.AssertSucceededAsync(purchase.Transaction!);
        Assert.Equal(earned + Shop.Price, await shop.EarnedAsync());
    }
}
