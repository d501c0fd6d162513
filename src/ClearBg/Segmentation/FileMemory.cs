using System.Buffers;
using System.Runtime.InteropServices;
using ClearBg.Imaging;

namespace ClearBg.Segmentation;

/// <summary>A whole file in native memory: in large pages where the system has them, and given back at once.</summary>
internal sealed unsafe class FileMemory : MemoryManager<byte>
{
    private const int Alignment = 64;

    private readonly int _length;
    private nint _bytes;

    /// <param name="path">Of a file of at most 2 GiB.</param>
    /// <exception cref="InvalidDataException">It is empty, or longer.</exception>
    /// <exception cref="IOException">It can't be read, or became shorter.</exception>
    public FileMemory(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        if (file.Length is < 1 or > int.MaxValue)
        {
            throw new InvalidDataException($"A model of {file.Length} bytes.");
        }

        (_length, _bytes) = ((int)file.Length, LargePages.Alloc((nuint)file.Length, Alignment));
        try
        {
            file.ReadExactly(GetSpan());
        }
        catch
        {
            Dispose(true);
            throw;
        }
    }

    public override Span<byte> GetSpan() => new((void*)_bytes, _bytes != 0 ? _length : throw new ObjectDisposedException(nameof(FileMemory)));

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin() => throw new NotSupportedException();

    protected override void Dispose(bool disposing) => NativeMemory.AlignedFree((void*)Interlocked.Exchange(ref _bytes, 0));
}
