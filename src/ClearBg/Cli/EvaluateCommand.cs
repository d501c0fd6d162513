using System.CommandLine;
using ClearBg.Api;
using ClearBg.Evaluation;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Refinement;

namespace ClearBg.Cli;

/// <summary>
/// <c>evaluate IMAGES MATTES</c>: how well the configured model cuts out pictures whose true mattes are known. Exit code 0 when every picture was compared, 1 when one
/// failed, 2 for a wrong command line, before anything is done, and 130 after Ctrl+C.
/// </summary>
internal sealed class EvaluateCommand
{
    private readonly Argument<string> _images = new("images") { Description = "Folder with the pictures." };
    private readonly Argument<string> _mattes = new("mattes") { Description = "Folder with their true mattes, NAME.png for the picture NAME: grey of 8 or 16 bits, or the alpha channel." };
    private readonly Option<string?> _manifest = new("--manifest")
    {
        Description = "A JSON array of {name, kind, cat}: figures are given for each group kind/cat too.", HelpName = "FILE",
    };

    private readonly Option<bool> _perImage = new("--per-image") { Description = "Give figures for each picture too." };
    private readonly Option<string?> _json = new("--json") { Description = "Also write the figures as JSON.", HelpName = "FILE" };
    private readonly Option<string?> _save = new("--save") { Description = "Write the mattes as 8-bit grey, NAME.png, replacing what is there.", HelpName = "FOLDER" };
    private readonly Option<string?> _reference = new("--reference")
    {
        Description = "Mattes of another run, written with --save: how far this run agrees with them, and the difference of MAE and IoU.", HelpName = "FOLDER",
    };

    private readonly Option<string?> _sheet = new("--sheet")
    {
        Description = "Write a PNG to look at: each picture, its matte, and its cut-out on white, on black and on the next picture.", HelpName = "FILE",
    };

    private readonly Option<RefinementLevel?> _refinement = new("--refinement")
    {
        Description = "Care for the subject's edge: none, fast, fine or best; else what Segmentation:Refinement says.", HelpName = "LEVEL",
        CustomParser = static value =>
        {
            if (!ParameterNames.Refinements.TryParse(value.Tokens[0].Value, out var level))
            {
                value.AddError($"--refinement is {Quotation.Of(value.Tokens[0].Value)}; it must be {ParameterNames.Refinements.Sentence}.");
            }

            return level;
        },
    };

    private EvaluateCommand()
    {
    }

    public static Command Create(VerbHost host)
    {
        var parts = new EvaluateCommand();
        foreach (var argument in (Argument[])[parts._images, parts._mattes])
        {
            // The library takes a mistyped option for a path.
            argument.Validators.Add(static path =>
            {
                if (path.Tokens is [{ Value: ['-', ..] } stray])
                {
                    path.AddError($"{Quotation.Of(stray.Value)} is no option. A folder of that name is {Quotation.Of($"./{stray.Value}")}.");
                }
            });
        }

        foreach (var option in (Option[])[parts._manifest, parts._json, parts._save, parts._reference, parts._sheet])
        {
            option.Validators.Add(static value =>
            {
                if (value.Tokens is [{ Value: "" }])
                {
                    value.AddError($"{value.Option.Name} takes a path.");
                }
            });
        }

        var verb = new Command("evaluate", "Cuts out pictures whose true mattes are known and tells how near it comes to them; tab-separated when redirected.")
        {
            parts._images, parts._mattes, parts._manifest, parts._perImage, parts._json, parts._save, parts._reference, parts._refinement, parts._sheet,
        };
        verb.SetAction((line, cancellation) => parts.RunAsync(host, line, cancellation));
        return verb;
    }

    private async Task<int> RunAsync(VerbHost host, ParseResult line, CancellationToken cancellation)
    {
        var error = line.InvocationConfiguration.Error;
        if (MistakesIn(line).ToArray() is { Length: > 0 } mistakes)
        {
            foreach (var mistake in mistakes)
            {
                await error.WriteLineAsync(Quotation.Printable(mistake));
            }

            return CommandLine.Misused;
        }

        return await host.RunAsync(line, static services => services.AddBatchRemoval().AddSingleton<NewGrounds>().AddSingleton<PictureComparison>().AddSingleton<EvaluationBatch>(), async services =>
        {
            // A mistake in the manifest is one of the command line's, and the host says it like those of the configuration.
            var groups = line.GetValue(_manifest) is { } manifest ? PictureGroups.Read(manifest) : PictureGroups.None;
            return await RunAsync(services, line, groups, cancellation);
        });
    }

    private IEnumerable<string> MistakesIn(ParseResult line)
    {
        var (images, mattes, reference) = (line.GetRequiredValue(_images), line.GetRequiredValue(_mattes), line.GetValue(_reference));
        foreach (var folder in (string?[])[images, mattes, reference])
        {
            if (folder is not null && !Directory.Exists(folder))
            {
                yield return $"There is no folder {folder}.";
            }
        }

        if (line.GetValue(_manifest) is { } manifest && !File.Exists(manifest))
        {
            yield return $"There is no manifest {manifest}.";
        }

        var (save, sheet) = (line.GetValue(_save), line.GetValue(_sheet));
        if (File.Exists(save))
        {
            yield return $"--save takes a folder, and {save} is a file.";
        }

        // Pictures may be PNG too: what is compared would be replaced by what it is compared to, and a sheet be compared the next time.
        foreach (var folder in (string?[])[images, mattes, reference])
        {
            if (save is not null && IsSame(save, folder))
            {
                yield return $"--save takes a folder of its own: files in {folder} would be replaced.";
            }

            if (sheet is not null && IsSame(Path.Join(sheet, ".."), folder))
            {
                yield return $"--sheet takes a file of another folder: what {folder} holds is compared.";
            }
        }
    }

    private static bool IsSame(string folder, string? other) =>
        other is not null && OutputNames.SamePath.Equals(RealPath.Of(folder).TrimEnd(Path.DirectorySeparatorChar), RealPath.Of(other).TrimEnd(Path.DirectorySeparatorChar));

    private async Task<int> RunAsync(IServiceProvider services, ParseResult line, PictureGroups groups, CancellationToken cancellation)
    {
        var (output, error) = (line.InvocationConfiguration.Output, line.InvocationConfiguration.Error);
        var found = PictureSearch.Find([line.GetRequiredValue(_images)], recursive: false);
        var pictures = EvaluatedPicture.Pair(
            found.Where(static picture => picture.Refusal is null).Select(static picture => picture.Path),
            groups, line.GetRequiredValue(_mattes), line.GetValue(_reference), line.GetValue(_save));

        // Of a.jpg and a.png only one can be what the matte a.png belongs to, and nothing says which.
        var namesakes = pictures.CountBy(static picture => picture.Name, OutputNames.SamePath).Where(static name => name.Value > 1).Select(static name => name.Key).ToHashSet(OutputNames.SamePath);
        RemovalReport report = Listing.IsTerminal(error) ? new BarReport(error) : new LineReport(error, quiet: false);
        foreach (var refused in found.Where(static picture => picture.Refusal is not null))
        {
            report.Add(PictureOutcome.Failed(refused.Path, refused.Refusal!));
        }

        foreach (var picture in pictures.Where(picture => namesakes.Contains(picture.Name)))
        {
            report.Add(PictureOutcome.Failed(picture.Picture, "Another picture has the same name but for the extension."));
        }

        pictures = [.. pictures.Where(picture => !namesakes.Contains(picture.Name))];
        var model = services.GetRequiredService<SharedModel>();
        (model.Progress, model.WarmsUp) = (report, false);
        using var sheet = line.GetValue(_sheet) is null ? null : new ContactSheet(services.GetRequiredService<BufferPool>(), services.GetRequiredService<Resizer>());
        IReadOnlyCollection<PictureScore> scores = [];
        await report.ShowAsync(pictures.Length, async () => scores = await services.GetRequiredService<EvaluationBatch>().RunAsync(pictures, line.GetValue(_refinement), sheet, report.Add, cancellation));
        await error.WriteLineAsync(report.Summary);
        if (scores.Count == 0)
        {
            return CommandLine.Failed;
        }

        var result = EvaluationResult.Of(scores);
        EvaluationTable.Write(output, result, line.GetValue(_perImage), Listing.IsTerminal(output));
        var written = line.GetValue(_json) is not { } json || await WriteAsync(json, new MemoryStream(result.ToJson()), error, cancellation);
        written &= sheet is null || await WriteAsync(line.GetValue(_sheet)!, sheet.ToPng(cancellation), error, cancellation);
        return report.AnyFailed || !written ? CommandLine.Failed : 0;
    }

    private static async Task<bool> WriteAsync(string path, MemoryStream content, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            await OutputFile.WriteAsync(path, content, replace: true, cancellation);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(Quotation.Printable($"{path} cannot be written: {e.Message}"));
            return false;
        }
    }
}
