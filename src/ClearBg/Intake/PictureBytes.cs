using System.Buffers;
using ClearBg.Imaging;

namespace ClearBg.Intake;

/// <summary>
/// The bytes of one picture while they arrive, whoever sends them: counted, in pooled native memory that doubles when it is full, never on disk.
/// </summary>
/// <param name="pool">Where the memory comes from.</param>
/// <param name="expected">Bytes that the sender announced, or null. Trusted no further than a first guess.</param>
/// <param name="most">Bytes allowed.</param>
internal sealed class PictureBytes(BufferPool pool, long? expected, long most) : IDisposable
{
    private const int SmallestBuffer = 64 * 1024;

    private PixelBuffer? _buffer;

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Takes the next bytes. False, with nothing taken, when they would go over the limit.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > most - Length)
        {
            return false;
        }

        if (!bytes.IsEmpty)
        {
            Reserve(Length + bytes.Length);
            bytes.CopyTo(_buffer!.Bytes[(int)Length..]);
            Length += bytes.Length;
        }

        return true;
    }

    /// <summary>Takes a stream to its end. False, with part of it taken, when it goes over the limit.</summary>
    public async Task<bool> TryAppendAsync(Stream stream, CancellationToken cancellation)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(SmallestBuffer);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(chunk, cancellation)) > 0)
            {
                if (!TryAppend(chunk.AsSpan(0, read)))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Hands the bytes over, at their exact length, with the duty to dispose of them. At least one byte must have come.</summary>
    public PixelBuffer Take()
    {
        var taken = _buffer ?? throw new InvalidOperationException("No bytes have come, or they were taken before.");
        taken.Shorten(Length);
        (_buffer, Length) = (null, 0);
        return taken;
    }

    public void Dispose()
    {
        _buffer?.Dispose();
        _buffer = null;
    }

    private void Reserve(long needed)
    {
        if (_buffer is { } enough && enough.Length >= needed)
        {
            return;
        }

        var wanted = _buffer is null ? Math.Max(expected ?? 0, SmallestBuffer) : 2 * _buffer.Length;
        var larger = pool.Rent(Math.Max(needed, Math.Min(wanted, most)));
        if (_buffer is { } full)
        {
            full.Bytes[..(int)Length].CopyTo(larger.Bytes);
            full.Dispose();
        }

        _buffer = larger;
    }
}
