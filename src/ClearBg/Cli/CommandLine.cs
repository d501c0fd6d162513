using System.CommandLine;
using ClearBg.Api;

namespace ClearBg.Cli;

/// <summary>The verbs of the one program. Without a verb it serves; everything that starts with <c>--</c> is then a setting.</summary>
internal static class CommandLine
{
    /// <summary>Exit code for a verb that could not do what was asked.</summary>
    public const int Failed = 1;

    /// <summary>Exit code for a wrong command line or configuration.</summary>
    public const int Misused = 2;

    /// <summary>Exit code after Ctrl+C, as shells give it: 128 and SIGINT's number.</summary>
    public const int Interrupted = 130;

    // A file may be called @2x.png. The library would read arguments from it.
    private static readonly ParserConfiguration Plain = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs the verb in <paramref name="args"/> and returns the process's exit code.</summary>
    /// <remarks>The library would end the process two seconds after SIGTERM, and with it the removals under way; how long a verb may take to stop is its own matter.</remarks>
    public static Task<int> RunAsync(string[] args) =>
        RunAsync(args, new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan }, new VerbHost());

    /// <summary>As <see cref="RunAsync(string[])"/>, with other streams than the console's and another place for the configuration.</summary>
    public static async Task<int> RunAsync(string[] args, InvocationConfiguration streams, VerbHost host)
    {
        var line = CreateRoot(host).Parse(args, Plain);
        if (line.Errors.Count == 0)
        {
            // That the root takes settings makes the library silent about words that nobody knows in every verb.
            if (line.CommandResult.Command.TreatUnmatchedTokensAsErrors && line.UnmatchedTokens is [var stray, ..])
            {
                await streams.Error.WriteLineAsync($"{Quotation.Of(stray)} is not an option or argument here. Add --help to see those that are.");
                return Misused;
            }

            return await line.InvokeAsync(streams);
        }

        // The library shows help on standard output, where $(ClearBg keys create) would take it for a key, and returns 1.
        streams.Output = streams.Error;
        await line.InvokeAsync(streams);
        return Misused;
    }

    private static RootCommand CreateRoot(VerbHost host)
    {
        var root = new RootCommand("ClearBg removes backgrounds from pictures: a gateway and a command-line tool. Without a verb it serves.")
        {
            ServeCommand.Create(),
            RemoveCommand.Create(host),
            EvaluateCommand.Create(host),
            ModelsCommand.Create(host),
            AccountsCommand.Create(host),
            KeysCommand.Create(host),
            AppsCommand.Create(host),
            PaymentsCommand.Create(host),
            HealthCommand.Create(),
        };
        root.TreatUnmatchedTokensAsErrors = false;
        root.SetAction(ServeCommand.RunAsync);
        return root;
    }
}
