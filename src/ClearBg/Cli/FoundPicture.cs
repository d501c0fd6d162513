namespace ClearBg.Cli;

/// <summary>A file to work on, or the sentence that says why there is none.</summary>
/// <param name="Path">As given on the command line, or what was found below it: relative paths stay relative.</param>
/// <param name="Below">Folder below the one that was searched, kept below an output folder; empty for files given by name.</param>
/// <param name="Refusal">Why there is nothing to work on; null for a file.</param>
/// <param name="IsSkipped">The refusal is no failure.</param>
internal sealed record FoundPicture(string Path, string Below = "", string? Refusal = null, bool IsSkipped = false)
{
    /// <summary>What stands for standard input and output.</summary>
    public const string Standard = "-";

    public bool IsStandardInput => string.Equals(Path, Standard, StringComparison.Ordinal);
}
