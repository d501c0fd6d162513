using System.CommandLine;
using ClearBg.Api;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary><c>accounts history NAME</c>: every transaction of an account, grants with what was noted about them.</summary>
internal static class AccountHistory
{
    private static readonly string[] Heading = ["Time", "Kind", "Subscription", "Payg", "Enterprise", "Free calls", "Key", "Note"];

    public static Command Create(VerbHost host)
    {
        var name = new Argument<string>("name") { Description = "Name or id of the account." };
        var days = AccountUsage.Days();
        var verb = new Command("history", "Lists an account's transactions, oldest first; tab-separated when redirected.") { name, days };
        verb.SetAction((line, cancellation) => host.RunOnAccountAsync(line, name, async (services, account) =>
        {
            var since = AccountUsage.Since(services.GetRequiredService<TimeProvider>(), line.GetValue(days));
            var lines = await services.GetRequiredService<CreditLedger>().HistoryAsync(account.Id, since, cancellation);
            var output = line.InvocationConfiguration.Output;
            Listing.Write(output, Heading, lines.Select(Row), Listing.IsTerminal(output));
            return 0;
        }, cancellation));
        return verb;
    }

    private static string[] Row(LedgerLine line) =>
    [
        Listing.Time(line.Time), line.Kind, Credits(line.Moved.Subscription), Credits(line.Moved.PayAsYouGo), Credits(line.Moved.Enterprise),
        Listing.Number(line.Moved.FreeCalls), line.KeyId ?? "", Quotation.Printable(line.Note),
    ];

    private static string Credits(long thousandths) => new CreditAmount(thousandths).ToString();
}
