using System.Numerics;
using System.Runtime.InteropServices;

namespace ClearBg.Imaging;

/// <summary>
/// Large native buffers, kept for the next picture up to a bound. Native rather than managed, because pixels must not move while libvips and ONNX Runtime
/// hold their address, and because what the bound doesn't keep goes back to the operating system at once instead of at some later collection.
/// </summary>
/// <param name="capacity">Bytes kept between jobs, at most. Buffers rented out don't count.</param>
internal sealed unsafe class BufferPool(long capacity) : IDisposable
{
    /// <summary>Wide enough for every vector instruction set.</summary>
    private const int Alignment = 64;

    private readonly Lock _lock = new();

    /// <summary>The buffer that came back last stands last. A few dozen at most, so a search costs nothing beside what they hold.</summary>
    private readonly List<(nint Memory, nuint Size)> _free = [];
    private long _kept;
    private long _rented;

    /// <summary>Bytes rented out at this moment, in whole size classes. 0 when every buffer is back.</summary>
    public long Rented => Interlocked.Read(ref _rented);

    /// <summary>Bytes kept for reuse at this moment.</summary>
    public long Kept
    {
        get
        {
            lock (_lock)
            {
                return _kept;
            }
        }
    }

    /// <summary>A buffer of at least <paramref name="length"/> bytes with undefined contents.</summary>
    public PixelBuffer Rent(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var size = SizeClass((nuint)length);
        lock (_lock)
        {
            var index = _free.FindLastIndex(free => free.Size == size);
            if (index >= 0)
            {
                var kept = _free[index].Memory;
                _free.RemoveAt(index);
                _kept -= (long)size;
                Interlocked.Add(ref _rented, (long)size);
                return new PixelBuffer(this, kept, size, length);
            }
        }

        var fresh = LargePages.Alloc(size, Alignment);
        Interlocked.Add(ref _rented, (long)size);
        return new PixelBuffer(this, fresh, size, length);
    }

    internal void Return(nint memory, nuint size)
    {
        Interlocked.Add(ref _rented, -(long)size);
        lock (_lock)
        {
            _free.Add((memory, size));
            _kept += (long)size;

            // Sizes that nobody asks for any more go first.
            while (_kept > capacity)
            {
                NativeMemory.AlignedFree((void*)_free[0].Memory);
                _kept -= (long)_free[0].Size;
                _free.RemoveAt(0);
            }
        }
    }

    public void Dispose() => Trim();

    /// <summary>Gives everything kept back to the operating system.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            foreach (var (memory, _) in _free)
            {
                NativeMemory.AlignedFree((void*)memory);
            }

            _free.Clear();
            _kept = 0;
        }
    }

    /// <summary>Four classes an octave: pictures of nearly the same size share buffers, and at most a fifth of one is unused.</summary>
    private static nuint SizeClass(nuint length)
    {
        var size = nuint.Max(length, 4096);
        var step = (nuint)1 << Math.Max(12, BitOperations.Log2(size) - 2);
        return (size + step - 1) & ~(step - 1);
    }
}
