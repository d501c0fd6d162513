using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;

namespace ClearBg.Cli;

/// <summary>Takes a picture's bytes from a file or a pipe into pooled memory, within the byte limit that holds for every surface.</summary>
internal static class PictureReading
{
    private const int BlockBytes = 128 * 1024;

    /// <summary>Reads a file, which others may be writing or deleting meanwhile.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<Outcome<PixelBuffer>> ReadAsync(string path, BufferPool pool, IntakeOptions limits, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, FileOptions.SequentialScan);
        return await ReadAsync(file, pool, limits, cancellation);
    }

    /// <summary>Reads to the end, or refuses: at once where the length is known to be too large, else with the first byte too many.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static async Task<Outcome<PixelBuffer>> ReadAsync(Stream stream, BufferPool pool, IntakeOptions limits, CancellationToken cancellation)
    {
        long? length = stream.CanSeek ? stream.Length : null;
        if (length > limits.MaxBytes)
        {
            return PictureHeader.TooLarge(limits);
        }

        using var bytes = new PictureBytes(pool, length, limits.MaxBytes);
        var block = new byte[BlockBytes];

        // A console's read can't be cancelled, only left behind: it would keep Ctrl+C waiting for the next byte.
        while (await stream.ReadAsync(block, cancellation).AsTask().WaitAsync(cancellation) is > 0 and var read)
        {
            if (!bytes.TryAppend(block.AsSpan(0, read)))
            {
                return PictureHeader.TooLarge(limits);
            }
        }

        return bytes.Length > 0 ? bytes.Take() : new Failure(FailureCode.InvalidFileType, "The file is empty.");
    }
}
