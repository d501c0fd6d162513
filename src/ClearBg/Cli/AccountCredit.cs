using System.CommandLine;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary>
/// <c>accounts credit NAME AMOUNT</c>: adds credits or free calls to an account, or takes them back by a negative amount, and prints the account as it is then.
/// </summary>
internal static class AccountCredit
{
    public static Command Create(VerbHost host)
    {
        var name = new Argument<string>("name") { Description = "Name or id of the account." };
        var amount = new Argument<CreditAmount>("amount") { Description = "Credits to add, such as 100 or 0.25; -5 takes five back.", CustomParser = CommandValue.Amount };
        var fund = new Option<Fund?>("--fund")
        {
            Description = "subscription, payg or enterprise: what they are kept in, spent in this order (payg when left out).", HelpName = "FUND",
            CustomParser = CommandValue.OneOf(("subscription", Fund.Subscription), ("payg", Fund.PayAsYouGo), ("enterprise", Fund.Enterprise)),
        };
        var freeCalls = new Option<bool>("--free-calls") { Description = "The amount is in pictures that cost nothing." };
        var note = new Option<string>("--note") { Description = "What it is for, kept with it.", HelpName = "TEXT", DefaultValueFactory = _ => "", CustomParser = CommandValue.Text };
        var verb = new Command("credit", "Adds credits or free calls to an account, and prints what it has then; tab-separated when redirected.") { name, amount, fund, freeCalls, note };
        verb.SetAction((line, cancellation) =>
        {
            var (added, free) = (line.GetRequiredValue(amount), line.GetValue(freeCalls));
            if (Mistake(added, free, line.GetValue(fund)) is { } mistake)
            {
                return line.FailAsync(mistake, CommandLine.Misused);
            }

            return host.RunOnAccountAsync(line, name, async (services, account) =>
            {
                var ledger = services.GetRequiredService<CreditLedger>();
                var balance = free
                    ? await ledger.GrantFreeCallsAsync(account.Id, (long)added.ToDecimal(), line.GetRequiredValue(note), cancellation)
                    : await ledger.GrantAsync(account.Id, line.GetValue(fund) ?? Fund.PayAsYouGo, added, line.GetRequiredValue(note), cancellation);
                if (balance is null)
                {
                    return await line.FailAsync(added < default(CreditAmount)
                        ? "The account has less than that to spend. Nothing was changed."
                        : "The account would have more than can be kept. Nothing was changed.");
                }

                AccountTable.Write(line.InvocationConfiguration.Output, [account], new Dictionary<string, Balance>(StringComparer.Ordinal) { [account.Id] = balance });
                return 0;
            }, cancellation);
        });
        return verb;
    }

    private static string? Mistake(CreditAmount added, bool free, Fund? fund) =>
        added == default ? "An amount of nothing changes nothing."
        : free && fund is not null ? "Free calls are in no fund: --fund says nothing about them."
        : free && !decimal.IsInteger(added.ToDecimal()) ? "Free calls are whole."
        : null;
}
