using ClearBg.Api;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary>Accounts as a listing.</summary>
internal static class AccountTable
{
    private static readonly string[] Heading = ["ID", "Name", "Created", "Subscription", "Payg", "Enterprise", "Free calls"];

    /// <summary>Writes one line an account. Amounts are what it can spend, without what is held for pictures at work.</summary>
    public static void Write(TextWriter output, IEnumerable<Account> accounts, IReadOnlyDictionary<string, Balance> balances) =>
        Listing.Write(output, Heading, accounts.Select(account => Row(account, balances.GetValueOrDefault(account.Id, Balance.Empty))), Listing.IsTerminal(output));

    private static string[] Row(Account account, Balance balance) =>
    [
        account.Id, Quotation.Printable(account.Name), Listing.Time(account.CreatedAt),
        balance.Subscription.ToString(), balance.PayAsYouGo.ToString(), balance.Enterprise.ToString(), Listing.Number(balance.FreeCalls),
    ];
}
