using System.CommandLine;
using ClearBg.Api;
using ClearBg.Jobs;
using ClearBg.Segmentation;

namespace ClearBg.Cli;

/// <summary>
/// <c>remove PATH…</c>: the pipeline on files, without server and database. Exit code 0 when every picture is done (or was before), 1 when one failed,
/// 2 for a wrong command line, before anything is written, and 130 after Ctrl+C.
/// </summary>
internal sealed class RemoveCommand
{
    private readonly Argument<string[]> _paths = new("path")
    {
        Description = "Pictures, folders of pictures, globs (photos/*.jpg, photos/**), or - for standard input.", Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "A file for one picture, a folder for several (ends in / or exists), or - for standard output. Else photo.jpg becomes photo-no-bg.png beside it.",
        HelpName = "OUT",
    };

    private readonly Option<bool> _recursive = new("--recursive", "-r") { Description = "Look into the folders below a folder. With -o folder/ they are made there too." };
    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "Make outputs anew that are there already. Else such a picture is skipped; only a file named by -o is always replaced.",
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say nothing but what failed." };
    private readonly RemovalSwitches _switches = new();

    private RemoveCommand()
    {
    }

    public static Command Create(VerbHost host)
    {
        var parts = new RemoveCommand();

        // The library takes a mistyped option for one more path, and the run would go on without what was asked.
        parts._paths.Validators.Add(static paths =>
        {
            if (paths.Tokens.FirstOrDefault(static token => token.Value is ['-', _, ..]) is { } stray)
            {
                paths.AddError($"{Quotation.Of(stray.Value)} is no option. A file of that name is {Quotation.Of($"./{stray.Value}")}.");
            }
        });
        parts._output.Validators.Add(static option =>
        {
            if (option.Tokens is [{ Value: "" }])
            {
                option.AddError("--output takes a file, a folder or -.");
            }
        });
        var verb = new Command("remove", "Removes the background of pictures.") { parts._paths, parts._output, parts._recursive, parts._overwrite, parts._quiet };
        parts._switches.AddTo(verb);
        verb.SetAction(async (line, cancellation) =>
        {
            var headStart = HeadStart.Begin(parts._switches.Read(line.CommandResult).Succeeded(out var asked, out _) ? asked.Refinement : null);
            try
            {
                return await parts.RunAsync(host, line, cancellation);
            }
            finally
            {
                await headStart.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        return verb;
    }

    private async Task<int> RunAsync(VerbHost host, ParseResult line, CancellationToken cancellation)
    {
        var error = line.InvocationConfiguration.Error;
        var found = PictureSearch.Find(line.GetRequiredValue(_paths), line.GetValue(_recursive));
        var destination = Destination.Of(line.GetValue(_output), found is [{ IsStandardInput: true }], Directory.Exists);
        if (destination.Kind == DestinationKind.StandardOutput && host.Streams.OutputIsTerminal)
        {
            await error.WriteLineAsync("Standard output is a terminal: redirect it, or name a file with -o.");
            return CommandLine.Misused;
        }

        var format = destination.Kind == DestinationKind.File ? OutputNames.FormatOf(destination.Path) : null;
        if (!_switches.Read(line.CommandResult, format ?? OutputFormat.Png).Succeeded(out var options, out var failure))
        {
            throw new InvalidOperationException($"The command line was checked and is wrong all the same: {failure.Detail}");
        }

        if (!OutputPlan.TryMake(found, destination, options.Format, line.GetValue(_overwrite), out var planned, out var misuse))
        {
            await error.WriteLineAsync(Quotation.Printable(misuse));
            return CommandLine.Misused;
        }

        var quiet = line.GetValue(_quiet);
        RemovalReport report = planned.Count > 1 && !quiet && Listing.IsTerminal(error) ? new BarReport(error) : new LineReport(error, quiet);
        return await host.RunAsync(line, services => Register(services, host), async services =>
        {
            await RunAsync(services, found, planned, options, report, cancellation);
            if (found.Count > 1 && !quiet)
            {
                await error.WriteLineAsync(report.Summary);
            }

            return report.AnyFailed ? CommandLine.Failed : 0;
        });
    }

    private static async Task RunAsync(
        IServiceProvider services, IReadOnlyList<FoundPicture> found, IReadOnlyList<PlannedPicture> planned, RemovalOptions options, RemovalReport report,
        CancellationToken cancellation)
    {
        foreach (var missing in found.Where(static picture => picture.Refusal is not null))
        {
            report.Add(missing.IsSkipped ? PictureOutcome.Skipped(missing.Path, missing.Refusal!) : PictureOutcome.Failed(missing.Path, missing.Refusal!));
        }

        var model = services.GetRequiredService<SharedModel>();
        (model.Progress, model.WarmsUp) = (report, false);
        var batch = services.GetRequiredService<RemovalBatch>();
        await report.ShowAsync(planned.Count, () => batch.RunAsync(planned, options, report.Add, cancellation));
    }

    private static void Register(IServiceCollection services, VerbHost host) => services.AddBatchRemoval().AddSingleton(host).AddSingleton<RemovalBatch>();
}
