namespace ClearBg.Cli;

/// <summary>Where outputs go.</summary>
/// <param name="Kind">Which of four places.</param>
/// <param name="Path">The folder or file; empty for the others.</param>
internal sealed record Destination(DestinationKind Kind, string Path = "")
{
    /// <summary>What <c>-o</c> says.</summary>
    /// <param name="output">Its value, not empty; null when it was not given.</param>
    /// <param name="fromStandardInput">The picture has no place that the output could lie beside.</param>
    /// <param name="isFolder">Tells whether a path is that of a folder which exists.</param>
    public static Destination Of(string? output, bool fromStandardInput, Func<string, bool> isFolder) => output switch
    {
        null => new(fromStandardInput ? DestinationKind.StandardOutput : DestinationKind.Beside),
        FoundPicture.Standard => new(DestinationKind.StandardOutput),
        _ when System.IO.Path.EndsInDirectorySeparator(output) || isFolder(output) => new(DestinationKind.Folder, output),
        _ => new(DestinationKind.File, output),
    };
}

internal enum DestinationKind
{
    /// <summary>In the folder of each input.</summary>
    Beside,
    /// <summary>In one folder, which is made when missing.</summary>
    Folder,
    /// <summary>One file.</summary>
    File,
    /// <summary>The bytes of one picture, for the next program.</summary>
    StandardOutput,
}
