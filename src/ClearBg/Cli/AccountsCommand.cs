using System.CommandLine;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary><c>accounts create</c> and <c>accounts list</c>, with <see cref="AccountCredit"/>, <see cref="AccountUsage"/> and <see cref="AccountHistory"/>: who pays, with what, and for what.</summary>
internal static class AccountsCommand
{
    /// <summary>The command with its five verbs.</summary>
    public static Command Create(VerbHost host) => new("accounts", "Accounts of this installation, and their credits.")
    {
        CreateVerb(host), ListVerb(host), AccountCredit.Create(host), AccountUsage.Create(host), AccountHistory.Create(host),
    };

    private static Command CreateVerb(VerbHost host)
    {
        var name = new Argument<string>("name") { Description = "What to call the account.", CustomParser = CommandValue.NewName };
        var subscription = Opening("--subscription", "Credits of a subscription: spent first.");
        var payAsYouGo = Opening("--payg", "Credits that were bought in packs: spent next.");
        var enterprise = Opening("--enterprise", "Credits by contract: spent last.");
        var freeCalls = new Option<long>("--free-calls")
        {
            Description = "Pictures that cost nothing.", HelpName = "N", CustomParser = CommandValue.Count(0, CreditAmount.MaxThousandths),
        };
        var verb = new Command("create", "Creates an account and prints its id.") { name, subscription, payAsYouGo, enterprise, freeCalls };
        verb.SetAction((line, cancellation) => host.RunOnCreditsAsync(line, async services =>
        {
            var opening = new Balance(line.GetValue(subscription), line.GetValue(payAsYouGo), line.GetValue(enterprise), line.GetValue(freeCalls));
            if (await services.GetRequiredService<Accounts>().CreateAsync(line.GetRequiredValue(name), opening, cancellation) is not { } account)
            {
                return await line.FailAsync("An account of this name exists already.");
            }

            await line.InvocationConfiguration.Output.WriteLineAsync(account.Id);
            await line.InvocationConfiguration.Error.WriteLineAsync($"The account has no key yet: \"keys create --account {account.Id}\" makes one.");
            return 0;
        }, cancellation));
        return verb;
    }

    private static Command ListVerb(VerbHost host)
    {
        var verb = new Command("list", "Lists all accounts and what they can spend; tab-separated when redirected.");
        verb.SetAction((line, cancellation) => host.RunOnCreditsAsync(line, async services =>
        {
            var accounts = await services.GetRequiredService<Accounts>().ListAsync(cancellation);
            var balances = await services.GetRequiredService<CreditLedger>().BalancesAsync(cancellation);
            AccountTable.Write(line.InvocationConfiguration.Output, accounts, balances);
            return 0;
        }, cancellation));
        return verb;
    }

    private static Option<CreditAmount> Opening(string name, string description) =>
        new(name) { Description = description, HelpName = "N", CustomParser = CommandValue.Opening };
}
