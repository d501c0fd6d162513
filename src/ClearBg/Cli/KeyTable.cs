using ClearBg.Api;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary>Keys as a listing.</summary>
internal static class KeyTable
{
    private static readonly string[] Heading = ["ID", "Name", "Account", "Created", "Revoked", "Application", "Profile"];

    /// <summary>
    /// Writes one line a key. The time of revocation is empty for a key in use, the application for a key of the API itself, the profile where the installation's
    /// holds.
    /// </summary>
    public static void Write(TextWriter output, IEnumerable<ApiKey> keys, IEnumerable<Account> accounts, IEnumerable<Application> applications, bool onTerminal)
    {
        var names = accounts.Select(static account => (account.Id, account.Name)).ToDictionary(StringComparer.Ordinal);
        var programs = applications.Select(static application => (application.Id, application.Name)).ToDictionary(StringComparer.Ordinal);
        var rows = keys.Select(key => (string[])
        [
            key.Id, Quotation.Printable(key.Name), Quotation.Printable(names[key.AccountId]), Listing.Time(key.CreatedAt), Listing.Time(key.RevokedAt),
            key.ApplicationId is { } application ? Quotation.Printable(programs[application]) : "", key.Profile?.ToString().ToLowerInvariant() ?? "",
        ]);
        Listing.Write(output, Heading, rows, onTerminal);
    }
}
