namespace ClearBg.Cli;

/// <summary>An output that is whole or not there: written under another name in the same folder, then renamed.</summary>
internal static class OutputFile
{
    /// <summary>Writes a file and the folders it needs.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="content">From its position to its end.</param>
    /// <param name="replace">Take the place of a file that is there.</param>
    /// <param name="cancellation">Nothing stays when it stops the writing.</param>
    /// <exception cref="IOException">No space, a file where a folder should be, or one with this name and <paramref name="replace"/> false.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static async Task WriteAsync(string path, Stream content, bool replace, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);

        // Short, whatever the output is called, and no name that a search for pictures finds.
        var temporary = Path.Combine(folder, $".clearbg-{Guid.NewGuid():N}.tmp");
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
}
