using System.Globalization;
using ClearBg.Credits;
using Spectre.Console;

namespace ClearBg.Cli;

/// <summary>Keys as lines: a table for people, tab-separated values without a heading for programs.</summary>
internal static class KeyTable
{
    private static readonly string[] Heading = ["ID", "Name", "Account", "Created", "Revoked"];

    /// <summary>Writes one line a key. Times are UTC, ISO 8601, to the second; the last column is empty for a key in use.</summary>
    public static void Write(TextWriter output, IEnumerable<ApiKey> keys, IEnumerable<Account> accounts, bool onTerminal)
    {
        var names = accounts.ToDictionary(account => account.Id, account => account.Name, StringComparer.Ordinal);
        var rows = keys.Select(key => new[] { key.Id, key.Name, names[key.AccountId], Show(key.CreatedAt), Show(key.RevokedAt) });
        if (onTerminal)
        {
            WriteTable(output, rows);
            return;
        }

        foreach (var row in rows)
        {
            output.WriteLine(string.Join('\t', row));
        }
    }

    private static void WriteTable(TextWriter output, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(Heading);
        foreach (var row in rows)
        {
            // Text, not strings: those would be read as markup, and a name may hold brackets.
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }

    private static string Show(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
