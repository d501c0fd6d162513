using System.Runtime.InteropServices;

namespace ClearBg.Imaging;

/// <summary>Native memory rented from a <see cref="BufferPool"/> until disposed. Not thread-safe in its disposal: one owner disposes it.</summary>
internal sealed unsafe class PixelBuffer : IDisposable
{
    private readonly BufferPool _pool;
    private readonly nuint _size;
    private nint _memory;

    internal PixelBuffer(BufferPool pool, nint memory, nuint size, long length) => (_pool, _memory, _size, Length) = (pool, memory, size, length);

    /// <summary>Bytes in use: those asked for, unless <see cref="Shorten"/> was called. The memory may be longer.</summary>
    public long Length { get; private set; }

    public byte* Pointer => _memory != 0 ? (byte*)_memory : throw new ObjectDisposedException(nameof(PixelBuffer));

    /// <summary>The bytes, at most 2 GiB of them.</summary>
    public Span<byte> Bytes => new(Pointer, checked((int)Length));

    /// <summary>The memory as values of another type.</summary>
    public Span<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes);

    /// <summary>Keeps the first bytes only, where fewer came than were asked for. The memory stays as it is.</summary>
    public void Shorten(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    public void Dispose()
    {
        var memory = Interlocked.Exchange(ref _memory, 0);
        if (memory != 0)
        {
            _pool.Return(memory, _size);
        }
    }
}
