using System.Globalization;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary>Keys as a listing.</summary>
internal static class KeyTable
{
    private static readonly string[] Heading = ["ID", "Name", "Account", "Created", "Revoked"];

    /// <summary>Writes one line a key. Times are UTC, ISO 8601, to the second; the last column is empty for a key in use.</summary>
    public static void Write(TextWriter output, IEnumerable<ApiKey> keys, IEnumerable<Account> accounts, bool onTerminal)
    {
        var names = accounts.ToDictionary(account => account.Id, account => account.Name, StringComparer.Ordinal);
        var rows = keys.Select(key => new[] { key.Id, key.Name, names[key.AccountId], Show(key.CreatedAt), Show(key.RevokedAt) });
        Listing.Write(output, Heading, rows, onTerminal);
    }

    private static string Show(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
