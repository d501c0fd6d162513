namespace ClearBg.Cli;

/// <summary>One picture to work on, and what is to come of it.</summary>
/// <param name="Input">A path, or <c>-</c>.</param>
/// <param name="Outputs">The path of the output; two that differ in their extension where the picture decides the format; none for standard output.</param>
/// <param name="Replaces">A file that is there already is replaced, else the picture is skipped.</param>
internal sealed record PlannedPicture(string Input, IReadOnlyList<string> Outputs, bool Replaces)
{
    /// <summary>The output's path once its format is known; null for standard output.</summary>
    /// <param name="extension">With its dot.</param>
    public string? PathFor(string extension) => Outputs switch
    {
        [] => null,
        [var one] => one,
        _ => Outputs.First(path => path.EndsWith(extension, StringComparison.Ordinal)),
    };
}
