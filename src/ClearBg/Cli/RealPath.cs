namespace ClearBg.Cli;

/// <summary>Paths compared by where they lead: two names of one file through linked folders are the same.</summary>
internal static class RealPath
{
    /// <summary>The full path with every link on it followed. What doesn't exist, or can't be looked at, stays as it is written.</summary>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not { } folder)
        {
            return full;
        }

        var here = Path.Combine(Of(folder), Path.GetFileName(full));
        try
        {
            return new FileInfo(here).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? here;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return here;
        }
    }
}
