namespace ClearBg.Cli;

/// <summary>Paths compared by where they lead: two names of one file through linked folders are the same.</summary>
internal static class RealPath
{
    /// <summary>As many links as Linux follows in one path.</summary>
    private const int MostLinks = 40;

    /// <summary>The full path with every link on it followed. What doesn't exist, or can't be looked at, stays as it is written.</summary>
    public static string Of(string path)
    {
        var links = MostLinks;
        return Of(path, ref links);
    }

    private static string Of(string path, ref int links)
    {
        var full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not { } folder)
        {
            return full;
        }

        var here = Path.Combine(Of(folder, ref links), Path.GetFileName(full));
        try
        {
            // What a link leads to may lie in a linked folder itself.
            return new FileInfo(here).ResolveLinkTarget(returnFinalTarget: false) is { } target && links-- > 0 ? Of(target.FullName, ref links) : here;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return here;
        }
    }
}
