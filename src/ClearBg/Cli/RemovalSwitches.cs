using System.CommandLine;
using System.CommandLine.Parsing;
using ClearBg.Api;
using ClearBg.Jobs;

namespace ClearBg.Cli;

/// <summary>
/// The API's parameters as options of a command: bg_color is <c>--bg-color</c>. Values are read by the API's own table, so both take and refuse the same ones;
/// only crop is a switch here, which takes true, false or nothing.
/// </summary>
internal sealed class RemovalSwitches
{
    private readonly (string Name, Option Option)[] _all =
        [.. RemovalParameters.Described.Where(static parameter => !parameter.IsForRequestsOnly).Select(static parameter => (parameter.Name, CreateOption(parameter)))];

    /// <summary>Adds the options, and a check that refuses the command line when one of them has a value that the API would refuse.</summary>
    public void AddTo(Command command)
    {
        foreach (var (_, option) in _all)
        {
            command.Add(option);
        }

        command.Validators.Add(line =>
        {
            if (Read(line).Failure is { } failure)
            {
                line.AddError(InDashes(failure.Detail!));
            }
        });
    }

    /// <summary>What was asked.</summary>
    /// <param name="line">A command line.</param>
    /// <param name="format">What holds where <c>--format</c> is absent.</param>
    public Outcome<RemovalOptions> Read(SymbolResult line, OutputFormat format = OutputFormat.Png)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, option) in _all)
        {
            if (line.GetResult(option) is { Implicit: false } given)
            {
                // A switch without a value is on.
                fields[name] = given.Tokens is [.., var last] ? last.Value : "true";
            }
        }

        return RemovalParameters.Read(fields, new RemovalOptions { Format = format });
    }

    private static Option CreateOption(RemovalParameters.Description parameter)
    {
        var (name, meaning) = (parameter.Name, parameter.Name is "format" ? "Format of the output, else that of -o's extension, else png" : parameter.Meaning);

        // Only for booleans does the library leave the next word alone when it is no value: --crop photo.jpg.
        return parameter.IsSwitch
            ? new Option<bool>(Dashed(name)) { Description = $"{meaning}." }
            : new Option<string>(Dashed(name)) { Description = $"{meaning}: {parameter.Expected}.", HelpName = name.ToUpperInvariant() };
    }

    /// <summary>The API's sentence, which begins with the parameter's name, with the name as it is spelt here.</summary>
    private static string InDashes(string sentence)
    {
        var name = sentence[..sentence.IndexOf(' ', StringComparison.Ordinal)];
        return Dashed(name) + sentence[name.Length..];
    }

    private static string Dashed(string name) => $"--{name.Replace('_', '-')}";
}
