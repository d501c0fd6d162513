using System.Globalization;
using System.Text.RegularExpressions;
using ClearBg.SystemTests.Injected;
using ClearBg.Tests.Storage;

namespace ClearBg.SystemTests.Money;

/// <summary>A charged request of whose commits one succeeds without its sender hearing of it, as when the database's server is replaced by another.</summary>
public sealed class LostCommitTests
{
    private const int Credits = 10;

    /// <summary>The rate window's, the idempotency record's, the hold's, and the charge's.</summary>
    private const int Commits = 4;

    private static readonly (string Name, string Value) Repeatable = ("Idempotency-Key", "one picture");

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Whichever_commit_is_lost_on_its_way_back_the_request_is_answered_and_charged_once(Engine engine)
    {
        using var installation = await Installation.CreateAsync(engine);
        await using var store = installation.Open();
        var gateway = await installation.StartSteppedAsync(minutesAhead: 0);
        await using (gateway)
        {
            for (var i = 0; i < Commits; i++)
            {
                var customer = await Customer.CreateAsync(store, Credits);
                var answer = await gateway.BuyAsync(customer.Key, Repeatable, (Steps.LostCommit, (i + 1).ToString(CultureInfo.InvariantCulture)));
                answer.AssertIsPicture(charged: "1");
                var again = await gateway.BuyAsync(customer.Key, Repeatable);
                again.AssertIsPicture(charged: "0");

                // Nothing is left of the commit that nobody heard of: no second hold, no second charge.
                await customer.AssertPaidAsync(store, 1);
            }
        }

        Assert.Equal(Commits, Regex.Count(gateway.Printed, Steps.Lost, RegexOptions.None, TimeSpan.FromSeconds(1)));
    }
}
