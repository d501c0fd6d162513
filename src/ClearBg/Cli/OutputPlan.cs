using System.Diagnostics.CodeAnalysis;
using ClearBg.Jobs;

namespace ClearBg.Cli;

/// <summary>
/// Decides what every output is called before any of them is written, so that a run which would end with one picture on top of another, or on top of a
/// photograph, never begins.
/// </summary>
internal static class OutputPlan
{
    /// <summary>Plans a run.</summary>
    /// <param name="inputs">What was found; refusals among them get no plan.</param>
    /// <param name="destination">Where outputs go.</param>
    /// <param name="format">Theirs.</param>
    /// <param name="overwrite">Replace outputs that are there already. A file that was named itself is replaced anyway.</param>
    /// <param name="planned">One for each input that is a picture, in their order.</param>
    /// <param name="misuse">The sentence that says why this can't be.</param>
    public static bool TryMake(
        IReadOnlyList<FoundPicture> inputs, Destination destination, OutputFormat format, bool overwrite,
        [NotNullWhen(true)] out IReadOnlyList<PlannedPicture>? planned, [NotNullWhen(false)] out string? misuse)
    {
        FoundPicture[] pictures = [.. inputs.Where(static input => input.Refusal is null)];
        planned = null;
        misuse = MisuseOf(inputs.Count(static input => !input.IsSkipped), pictures, destination, format);
        if (misuse is not null)
        {
            return false;
        }

        planned = [.. pictures.Select(picture => new PlannedPicture(picture.Path, OutputsFor(picture, destination, format), overwrite || destination.Kind == DestinationKind.File))];
        misuse = CollisionOf(planned);
        return misuse is null;
    }

    private static string? MisuseOf(int count, FoundPicture[] pictures, Destination destination, OutputFormat format)
    {
        if (count > 1 && pictures.Any(static picture => picture.IsStandardInput))
        {
            return "Standard input (-) must be the only path.";
        }

        if (destination.Kind == DestinationKind.Folder && pictures is [{ IsStandardInput: true }])
        {
            return "Standard input has no name that an output in a folder could get: give -o a file.";
        }

        if (count > 1 && destination.Kind is (DestinationKind.File or DestinationKind.StandardOutput))
        {
            return $"-o takes the output of one picture, and there are {count}: give it a folder, such as -o cut-outs/.";
        }

        if (destination.Kind != DestinationKind.File)
        {
            return null;
        }

        if (OutputNames.FormatOf(destination.Path) is { } named && named != format)
        {
            return $"-o names a {Path.GetExtension(destination.Path)} file, but --format asks for {format.ToString().ToLowerInvariant()}.";
        }

        return pictures is [{ IsStandardInput: false } input] && OutputNames.SamePath.Equals(RealPath.Of(input.Path), RealPath.Of(destination.Path))
            ? $"-o would overwrite the input {input.Path}."
            : null;
    }

    private static string[] OutputsFor(FoundPicture picture, Destination destination, OutputFormat format)
    {
        var folder = destination.Kind == DestinationKind.Folder ? Path.Combine(destination.Path, picture.Below) : Path.GetDirectoryName(picture.Path) ?? "";
        return destination.Kind switch
        {
            DestinationKind.StandardOutput => [],
            DestinationKind.File => [destination.Path],
            _ => [.. OutputNames.ExtensionsFor(format).Select(extension => Path.Combine(folder, OutputNames.StemFor(picture.Path) + extension))],
        };
    }

    private static string? CollisionOf(IReadOnlyList<PlannedPicture> planned)
    {
        var writers = new Dictionary<string, string>(OutputNames.SamePath);
        foreach (var picture in planned)
        {
            foreach (var output in picture.Outputs)
            {
                if (!writers.TryAdd(Path.GetFullPath(output), picture.Input))
                {
                    return $"{writers[Path.GetFullPath(output)]} and {picture.Input} would both become {output}: rename one, or take them one at a time with -o.";
                }
            }
        }

        return null;
    }
}
