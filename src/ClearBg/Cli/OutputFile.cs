namespace ClearBg.Cli;

/// <summary>An output that is whole or not there: written under another name in the same folder, then renamed. Only what stands for an open stream is written to as it is.</summary>
internal static class OutputFile
{
    // /dev/null, /dev/stdout, and what a shell makes of >(…).
    private static readonly string[] StreamFolders = OperatingSystem.IsWindows() ? [] : ["/dev", "/dev/fd"];

    /// <summary>Makes the folders that an output needs and tries to write there, so that what cannot be written is known before the work.</summary>
    /// <exception cref="IOException">A folder has this name, a file stands where a folder should be, or the file system is read-only.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static void Try(string path)
    {
        var folder = FolderOf(path);
        if (IsStream(path, folder))
        {
            return;
        }

        if (Directory.Exists(path))
        {
            throw new IOException("It is a folder.");
        }

        Directory.CreateDirectory(folder);
        using var trial = new FileStream(TemporaryIn(folder), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
    }

    /// <summary>Writes a file and the folders it needs.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="content">From its position to its end.</param>
    /// <param name="replace">Take the place of a file that is there.</param>
    /// <param name="cancellation">Nothing stays when it stops the writing.</param>
    /// <exception cref="IOException">No space, a file where a folder should be, or one with this name and <paramref name="replace"/> false.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static async Task WriteAsync(string path, Stream content, bool replace, CancellationToken cancellation)
    {
        var folder = FolderOf(path);
        if (IsStream(path, folder))
        {
            // Renaming would put a picture in its place: in that of /dev/null for every program of the machine, where the user is root.
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            await content.CopyToAsync(stream, cancellation);
            return;
        }

        Directory.CreateDirectory(folder);
        var temporary = TemporaryIn(folder);
        try
        {
            await using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = content.Length }))
            {
                await content.CopyToAsync(file, cancellation);
            }

            File.Move(temporary, path, replace);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static bool IsStream(string path, string folder) => StreamFolders.Contains(folder, StringComparer.Ordinal) && File.Exists(path);

    // Short, whatever the output is called, and no name that a search for pictures finds.
    private static string TemporaryIn(string folder) => Path.Combine(folder, $".clearbg-{Guid.NewGuid():N}.tmp");
}
