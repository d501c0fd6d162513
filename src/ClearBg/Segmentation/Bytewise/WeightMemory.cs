using System.Runtime.InteropServices;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>Native memory for a network's weights, which live and end together: in few blocks, so that they lie in large pages where the system has them.</summary>
internal sealed unsafe class WeightMemory : IDisposable
{
    private const nuint Alignment = 64;

    // What isn't touched costs nothing.
    private const nuint BlockBytes = 64 << 20;

    private readonly Lock _lock = new();
    private readonly List<nint> _blocks = [];
    private nuint _left;
    private nint _next;

    /// <summary>Memory of undefined contents, in whole lines of the cache. Threads may take some at once.</summary>
    public void* Take(long bytes)
    {
        var size = ((nuint)bytes + Alignment - 1) & ~(Alignment - 1);
        lock (_lock)
        {
            if (size > _left)
            {
                // Nothing is changed where there is no memory: other threads may be waiting to take some.
                var block = LargePages.Alloc(nuint.Max(size, BlockBytes), Alignment);
                _blocks.Add(block);
                (_next, _left) = (block, nuint.Max(size, BlockBytes));
            }

            var taken = _next;
            (_next, _left) = (_next + (nint)size, _left - size);
            return (void*)taken;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _blocks.ForEach(static block => NativeMemory.AlignedFree((void*)block));
            _blocks.Clear();
            _left = 0;
        }
    }
}
