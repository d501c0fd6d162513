using System.Globalization;
using ClearBg.SystemTests.Injected;
using ClearBg.Tests.Storage;
using Xunit.Abstractions;

namespace ClearBg.SystemTests.Payments;

/// <summary>
/// Processes that are killed (SIGKILL) while they serve a paid request. The next one finds the database and the chain as the last one left them, and has a clock on
/// which the last one's leases are over.
/// </summary>
public sealed class KilledTests(ITestOutputHelper output)
{
    private const int Sigkill = 128 + 9;

    /// <summary>A lease takes half a minute.</summary>
    private const int MinutesUntilRestart = 2;

    /// <summary>Long enough for clocks that run ahead, and within the hour that is taken.</summary>
    private static readonly PayerTerms Terms = new() { ValidFor = 3_000 };

    /// <summary>The first process before the request's first commit, the next one before the second, and so on until one lives through them all.</summary>
    [Fact]
    public async Task Killed_before_any_commit_a_payment_sent_again_gets_its_picture_and_is_charged_once()
    {
        await using var shop = await Shop.WithoutGatewayAsync(TestNetwork.BaseSepolia, Engine.Sqlite);
        var kills = 0;
        for (SignedPayment? last = null; ; kills++)
        {
            await shop.StartSteppedAsync(MinutesUntilRestart * kills);
            if (last is not null)
            {
                (await shop.BuyPatientlyAsync(last)).AssertIsPicture(last.Payer, shop.Network.Caip2);
                Assert.Equal(kills * Shop.Price, await shop.EarnedAsync());
                Assert.Equal(0, await shop.Chain.BalanceAsync(last.Payer));
            }

            last = await shop.SignAsync(Terms);
            if (await TryBuyAsync(shop, last, kills + 1) is { } survivor)
            {
                survivor.AssertIsPicture(last.Payer, shop.Network.Caip2);
                break;
            }

            Assert.Equal(Steps.Commit, await LastStep.OfAsync(shop.Gateway));
            Assert.Equal(Sigkill, await shop.Gateway.EndAsync());
            await shop.KillAsync();
        }

        output.WriteLine($"{kills} processes were killed.");
        Assert.InRange(kills, 4, 12);
    }

    /// <summary>After the transaction was stored, and before its receipt: it was not sent yet, or it waits for its block. Nobody sends the payment again.</summary>
    [Theory]
    [OnSqlite(false)]
    [OnPostgres(true)]
    public async Task Killed_while_it_sends_the_next_process_settles_by_itself_and_keeps_the_picture(Engine engine, bool isSent)
    {
        await using var shop = await Shop.WithoutGatewayAsync(TestNetwork.BaseSepolia, engine);
        await shop.StartAsync();
        var payment = await shop.SignAsync(Terms);
        await using (await shop.Chain.MineEveryAsync(seconds: 0))
        {
            using var sending = shop.Rpc.Inject(isSent ? RpcFaults.HangsAfterwards : RpcFaults.Hangs, "eth_sendRawTransaction");
            var lost = shop.BuyAsync(payment);
            await sending.MetAsync();
            await shop.KillAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => lost);
        }

        Assert.Equal(isSent ? Shop.Price : 0, await shop.EarnedAsync());
        await shop.StartSteppedAsync(MinutesUntilRestart);
        await shop.UntilAsync("settled", payment);
        Assert.Equal(Shop.Price, await shop.EarnedAsync());

        (await shop.BuyAsync(payment)).AssertIsPicture(payment.Payer, shop.Network.Caip2);
        Assert.Equal(Shop.Price, await shop.EarnedAsync());
    }

    /// <summary>Null when the gateway died first.</summary>
    private static async Task<Purchase?> TryBuyAsync(Shop shop, SignedPayment payment, int commit)
    {
        try
        {
            return await shop.BuyAsync(payment, headers: [(Steps.KilledBeforeCommit, commit.ToString(CultureInfo.InvariantCulture))]);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
