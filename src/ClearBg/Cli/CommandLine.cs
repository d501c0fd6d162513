using System.CommandLine;

namespace ClearBg.Cli;

/// <summary>The verbs of the one program. Without a verb it serves; everything that starts with <c>--</c> is then a setting.</summary>
internal static class CommandLine
{
    /// <summary>Exit code for a wrong command line or configuration.</summary>
    public const int Misused = 2;

    /// <summary>Runs the verb in <paramref name="args"/> and returns the process's exit code.</summary>
    public static Task<int> RunAsync(string[] args) => CreateRoot().Parse(args).InvokeAsync();

    private static RootCommand CreateRoot()
    {
        var root = new RootCommand("ClearBg removes backgrounds from pictures: a gateway and a command-line tool.");
        return root;
    }
}
