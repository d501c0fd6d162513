using ClearBg.Jobs;

namespace ClearBg.Cli;

/// <summary>
/// What outputs are called: <c>photo.jpg</c> becomes <c>photo-no-bg.png</c>, wherever it is put. The same suffix tells our own outputs from photographs,
/// so that no run takes them as inputs, and no derived name is ever that of an input.
/// </summary>
internal static class OutputNames
{
    public const string Suffix = "-no-bg";

    /// <summary>How this platform's usual file systems tell names apart.</summary>
    public static StringComparer SamePath { get; } = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The name, without its folder, says that we made it.</summary>
    public static bool IsOurs(string path) => Path.GetFileNameWithoutExtension(path).EndsWith(Suffix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of a picture's output, without folder and extension.</summary>
    public static string StemFor(string input) => Path.GetFileNameWithoutExtension(input) + Suffix;

    /// <summary>The format that a file name's extension says; null when it says none that we write.</summary>
    public static OutputFormat? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PNG" => OutputFormat.Png,
        ".JPG" or ".JPEG" => OutputFormat.Jpg,
        ".WEBP" => OutputFormat.WebP,
        ".ZIP" => OutputFormat.Zip,
        _ => null,
    };

    /// <summary>The extensions, with their dot, that an output of this format may get.</summary>
    public static IReadOnlyList<string> ExtensionsFor(OutputFormat format) => format switch
    {
        OutputFormat.Png => [".png"],
        OutputFormat.Jpg => [".jpg"],
        OutputFormat.WebP => [".webp"],
        OutputFormat.Zip => [".zip"],
        OutputFormat.Auto => [".png", ".jpg"],
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
}
