using Spectre.Console;

namespace ClearBg.Cli;

/// <summary>Rows of cells: a table for people, tab-separated values without a heading for programs.</summary>
internal static class Listing
{
    /// <summary>True for the console's own output or error writer, unless that was redirected.</summary>
    public static bool IsTerminal(TextWriter writer) =>
        (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected) || (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected);

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
        foreach (var row in rows)
        {
            // Text, not strings: those would be read as markup, and a name may hold brackets.
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }
}
