using System.Runtime.InteropServices;

namespace ClearBg.Operations;

/// <summary>Keeps the C heap from holding on to what the model and pictures needed for a moment.</summary>
internal static partial class NativeHeap
{
    /// <summary>M_MMAP_THRESHOLD of glibc's mallopt(3).</summary>
    private const int MmapThreshold = -3;

    /// <summary>Bytes. Below it stay the many small blocks for which the heap is the right place.</summary>
    private const int LargeBlock = 1 << 20;

    /// <summary>
    /// glibc raises its threshold for blocks of their own as large blocks come and go, and those then stay in the heap when freed. Measured with ISNet:
    /// fixing it takes 160 MB off the process. Other C libraries need no such word. Call it before anything native runs.
    /// </summary>
    public static void GiveLargeBlocksBack()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = MallOpt(MmapThreshold, LargeBlock);
        }
        catch (EntryPointNotFoundException)
        {
            // musl.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);
}
