namespace ClearBg.Segmentation;

/// <summary>
/// Writes a file that is whole or not there: under another name first, then renamed. Any number of processes may do so at once; each writes
/// its own and the last one's stays. What a killed process left is removed by the next one that writes the same file.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Writing takes seconds: a temporary file that nobody has written to for so long belongs to nobody.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>Writes <paramref name="path"/> and returns what is in it now.</summary>
    /// <param name="path">Full path; its folder is made when missing.</param>
    /// <param name="bytes">Size to set aside at once, so that a full disk is noticed before the work; 0 when unknown.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="check">Looks at what was written and throws if it must not take the file's place.</param>
    /// <exception cref="IOException">No space, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static FileContent Write(string path, long bytes, Action<Stream> write, Action<FileContent> check)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        RemoveAbandoned(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            FileContent content;
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, PreallocationSize = bytes }))
            {
                write(file);
                file.Flush();
                content = FileContent.Of(file);
            }

            // Closed before it gets its name: whoever opens it by that name must not meet our lock.
            check(content);
            Replace(temporary, path, content);
            return content;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Replace(string temporary, string path, FileContent content)
    {
        try
        {
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && content.IsIn(path))
        {
            // Windows: another process wrote the same content meanwhile and has it loaded already.
        }
    }

    private static void RemoveAbandoned(string path)
    {
        foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*.tmp"))
        {
            try
            {
                if (File.GetLastWriteTimeUtc(left) < DateTime.UtcNow - Abandoned)
                {
                    File.Delete(left);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process has just removed or renamed it.
            }
        }
    }
}
