using System.Globalization;
using Spectre.Console;

namespace ClearBg.Cli;

/// <summary>Rows of cells: a table for people, tab-separated values without a heading for programs.</summary>
internal static class Listing
{
    /// <summary>A table of more columns has no space beside its lines: a terminal is 80 characters wide at first, and figures of six would be broken.</summary>
    private const int MostSpaced = 9;

    /// <summary>True for the console's own output or error writer, unless that was redirected.</summary>
    public static bool IsTerminal(TextWriter writer) =>
        (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected) || (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected);

    /// <summary>A time as cells show it: UTC, ISO 8601, to the second; empty for none.</summary>
    public static string Time(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A whole number as cells show it.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes one line a row. Every row has as many cells as the heading, and no cell a tab or a line break.</summary>
    public static void Write(TextWriter output, string[] heading, IEnumerable<string[]> rows, bool onTerminal)
    {
        if (onTerminal)
        {
            WriteTable(output, heading, rows);
            return;
        }

        foreach (var row in rows)
        {
            output.WriteLine(string.Join('\t', row));
        }
    }

    private static void WriteTable(TextWriter output, string[] heading, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(heading);
        // What is copied into the next command.
        table.Columns[0].NoWrap();
        if (heading.Length > MostSpaced)
        {
            foreach (var column in table.Columns)
            {
                column.Padding(0, 0);
            }
        }

        foreach (var row in rows)
        {
            // Text, not strings: those would be read as markup, and a name may hold brackets.
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }
}
