using System.CommandLine;
using System.Globalization;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary><c>accounts usage NAME</c>: what an account was charged, a line for each day with a charge, and the sums on standard error.</summary>
internal static class AccountUsage
{
    private static readonly string[] Heading = ["Day", "Pictures", "Credits", "Free calls"];

    public static Command Create(VerbHost host)
    {
        var name = new Argument<string>("name") { Description = "Name or id of the account." };
        var days = Days();
        var verb = new Command("usage", "Shows what an account was charged, by day; tab-separated when redirected.") { name, days };
        verb.SetAction((line, cancellation) => host.RunOnAccountAsync(line, name, async (services, account) =>
        {
            var since = Since(services.GetRequiredService<TimeProvider>(), line.GetValue(days));
            var usage = await services.GetRequiredService<CreditLedger>().UsageAsync(account.Id, since, cancellation);
            var (output, error) = (line.InvocationConfiguration.Output, line.InvocationConfiguration.Error);
            Listing.Write(output, Heading, usage.Select(Row), Listing.IsTerminal(output));
            await error.WriteLineAsync(Sum(usage, since));
            return 0;
        }, cancellation));
        return verb;
    }

    /// <summary>How far back a verb looks.</summary>
    public static Option<long> Days() => new("--days")
    {
        Description = "How many days, UTC, today among them.", HelpName = "N", DefaultValueFactory = _ => 30, CustomParser = CommandValue.Count(1, 3650),
    };

    /// <summary>The first midnight of so many days, UTC.</summary>
    public static DateTimeOffset Since(TimeProvider clock, long days) => new(clock.GetUtcNow().UtcDateTime.Date.AddDays(1 - days), TimeSpan.Zero);

    private static string[] Row(UsageDay day) => [Iso(day.Day), Listing.Number(day.Calls), day.Credits.ToString(), Listing.Number(day.FreeCalls)];

    private static string Sum(IReadOnlyList<UsageDay> usage, DateTimeOffset since)
    {
        var credits = usage.Aggregate(default(CreditAmount), static (sum, day) => sum + day.Credits);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Since {Iso(DateOnly.FromDateTime(since.UtcDateTime))} (UTC): pictures {usage.Sum(static day => day.Calls)}, credits {credits}, free calls {usage.Sum(static day => day.FreeCalls)}.");
    }

    private static string Iso(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);
}
