using System.Globalization;
using System.Text.RegularExpressions;
using ClearBg.Credits;
using ClearBg.SystemTests.Injected;
using ClearBg.Tests.Storage;

namespace ClearBg.SystemTests.Money;

/// <summary>Requests of whose commits one succeeds without its sender hearing of it, as when the database's server is replaced by another.</summary>
public sealed class LostCommitTests
{
    private const int Granted = 10;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    private static readonly (string Name, string Value) Repeatable = ("Idempotency-Key", "one picture");

    /// <summary>What pays, by size and profile: how many credits and free calls, and in how many commits at least.</summary>
    private static readonly Dictionary<string, (string Size, ApiProfile Profile, long Credits, long FreeCalls, int Commits)> Ways = new(StringComparer.Ordinal)
    {
        // The rate window's, the idempotency record's, the hold's, and the charge's; a free call has a window of its own.
        ["a credit"] = ("hd", ApiProfile.ClearBg, 1, 0, 4),
        ["a free call"] = ("preview", ApiProfile.RemoveBg, 0, 1, 5),
        ["nothing"] = ("preview", ApiProfile.ClearBg, 0, 0, 3),
    };

    [Theory]
    [OnSqlite("a credit")]
    [OnSqlite("a free call")]
    [OnSqlite("nothing")]
    [OnPostgres("a credit")]
    [OnPostgres("a free call")]
    [OnPostgres("nothing")]
    public async Task Whichever_commit_is_lost_on_its_way_back_a_request_is_answered_and_paid_once(Engine engine, string payment)
    {
        var way = Ways[payment];
        using var installation = await Installation.CreateAsync(engine);
        await using var store = installation.Open();
        await using var gateway = await installation.StartSteppedAsync(minutesAhead: 0);
        var lost = 0;
        do
        {
            var customer = await Customer.CreateAsync(store, Granted, Granted, way.Profile);
            lost++;
            (await BuyAsync(customer, (Steps.LostCommit, lost.ToString(CultureInfo.InvariantCulture)))).AssertIsPicture(charged: way.Credits.ToString(CultureInfo.InvariantCulture));
            (await BuyAsync(customer)).AssertIsPicture(charged: "0");

            // Nothing is left of the commit that nobody heard of: no second hold, no second charge.
            await customer.AssertPaidAsync(store, way.Credits, way.FreeCalls);

            // Each request says at its end that it is through; its answer may be here before what it printed.
            using var patience = new CancellationTokenSource(Longest);
            while (Printed(Steps.Survived) < lost)
            {
                await Task.Delay(BetweenLooks, patience.Token);
            }
        }
        while (Printed(Steps.Lost) == lost);

        Assert.InRange(lost - 1, way.Commits, 2 * way.Commits);

        int Printed(string text) => Regex.Count(gateway.Printed, text, RegexOptions.None, TimeSpan.FromSeconds(1));

        Task<Answer> BuyAsync(Customer customer, params (string Name, string Value)[] headers) =>
            gateway.PostAsync("/v1.0/removebg", "image_file", Order.Picture, way.Size, [("X-Api-Key", customer.Key), Repeatable, .. headers]);
    }
}
