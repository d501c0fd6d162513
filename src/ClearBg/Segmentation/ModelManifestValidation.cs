using System.Buffers;

namespace ClearBg.Segmentation;

/// <summary>The bounds of a manifest's values. Everything that is wrong is reported, so that one round of mending is enough.</summary>
internal static class ModelManifestValidation
{
    private const int LongestSide = 4096;
    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\:\0");
    private static readonly SearchValues<char> ModelNameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly SearchValues<char> PackageNameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._~-");

    /// <summary>One sentence for each mistake, each beginning with the property's name; nothing when all is well.</summary>
    public static IEnumerable<string> MistakesIn(ModelManifest manifest) =>
        [.. Identity(manifest), .. Input(manifest.Input), .. Output(manifest.Output), .. Source(manifest), .. Int8(manifest)];

    /// <summary>True for a name that can neither leave the folder it is joined to nor hide in it.</summary>
    public static bool IsPlainFileName(string name) =>
        name.Length is > 0 and <= 128 && name[0] != '.' && !name.AsSpan().ContainsAny(Separators);

    private static IEnumerable<string> Identity(ModelManifest manifest)
    {
        if (!IsModelName(manifest.Name))
        {
            yield return $"name '{manifest.Name}' is not 1 to 64 lower-case letters, digits, '.', '_' or '-' that begin with a letter or digit";
        }

        if (string.IsNullOrWhiteSpace(manifest.Title))
        {
            yield return "title is empty";
        }

        if (string.IsNullOrWhiteSpace(manifest.Licence))
        {
            yield return "licence is empty: an SPDX expression or a sentence is needed";
        }

        if (!IsPlainFileName(manifest.File))
        {
            yield return $"file '{manifest.File}' is not a plain file name: no folder, no drive, no leading dot";
        }

        foreach (var mistake in Content("", manifest.Bytes, manifest.Sha256))
        {
            yield return mistake;
        }
    }

    private static IEnumerable<string> Input(ModelInput input)
    {
        if (input.Name.Length == 0)
        {
            yield return "input.name is empty";
        }

        foreach (var (side, pixels) in new[] { ("width", input.Width), ("height", input.Height) })
        {
            if (pixels is < 1 or > LongestSide)
            {
                yield return $"input.{side} {pixels} is not within 1 to {LongestSide}";
            }
        }

        if (input.Mean.Length != 3 || !Array.TrueForAll(input.Mean, level => level is >= 0 and <= 255))
        {
            yield return "input.mean is not three 8-bit levels (red, green, blue) within 0 to 255";
        }

        if (input.Std.Length != 3 || !Array.TrueForAll(input.Std, level => float.IsFinite(level) && level != 0))
        {
            yield return "input.std is not three 8-bit levels (red, green, blue) other than 0";
        }

        if (!Enum.IsDefined(input.Resize))
        {
            yield return "input.resize is neither squash nor letterbox";
        }
    }

    private static IEnumerable<string> Output(ModelOutput output)
    {
        if (output.Name.Length == 0)
        {
            yield return "output.name is empty";
        }

        if (!Enum.IsDefined(output.Activation))
        {
            yield return "output.activation is not none, sigmoid or minmax";
        }
    }

    private static IEnumerable<string> Source(ModelManifest manifest)
    {
        if (manifest.Source is not { } source)
        {
            yield break;
        }

        if (!IsPackageName(source.Package))
        {
            yield return $"source.package '{source.Package}' is not a npm package name";
        }

        if (source.Version.Length == 0)
        {
            yield return "source.version is empty";
        }

        if (source.Entry.Length == 0)
        {
            yield return "source.entry is empty";
        }

        foreach (var mistake in Content("source.", source.Bytes, source.Sha256))
        {
            yield return mistake;
        }

        if (!Enum.IsDefined(source.Convert))
        {
            yield return "source.convert is not float32";
        }

        if (manifest.Output.Name.Length > 0 && !source.Outputs.Contains(manifest.Output.Name, StringComparer.Ordinal))
        {
            yield return $"source.outputs lacks output.name '{manifest.Output.Name}'";
        }
    }

    private static IEnumerable<string> Int8(ModelManifest manifest)
    {
        if (manifest.Int8 is not { } int8)
        {
            yield break;
        }

        if (manifest.Source is null)
        {
            yield return "int8 needs a source to be made from";
        }

        foreach (var (property, name) in new[] { ("file", int8.File), ("ranges", int8.Ranges) })
        {
            if (!IsPlainFileName(name))
            {
                yield return $"int8.{property} '{name}' is not a plain file name: no folder, no drive, no leading dot";
            }
        }

        foreach (var mistake in Content("int8.", int8.Bytes, int8.Sha256))
        {
            yield return mistake;
        }
    }

    // 2³¹ − 1: no protocol buffer is larger, and the chunks are joined in one array.
    private static IEnumerable<string> Content(string prefix, long bytes, string sha256)
    {
        if (bytes is < 1 or > int.MaxValue)
        {
            yield return $"{prefix}bytes {bytes} is not within 1 to {int.MaxValue}";
        }

        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit))
        {
            yield return $"{prefix}sha256 is not 64 hexadecimal digits";
        }
    }

    private static bool IsModelName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(ModelNameCharacters);

    /// <summary>As npm has them today: <c>name</c> or <c>@scope/name</c>.</summary>
    private static bool IsPackageName(string name) => name.Split('/') switch
    {
        [var plain] => IsPackageNamePart(plain),
        [['@', .. var scope], var plain] => IsPackageNamePart(scope) && IsPackageNamePart(plain),
        _ => false,
    };

    private static bool IsPackageNamePart(string part) =>
        part.Length > 0 && part[0] is not ('.' or '_') && !part.AsSpan().ContainsAnyExcept(PackageNameCharacters);
}
