using System.Runtime.CompilerServices;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>A tensor of bytes in its place: some channels of a buffer. A byte stands for (byte − zero) × scale.</summary>
internal sealed unsafe record FeatureMap(FeatureBuffer Buffer, int Offset, int Channels, float Scale, byte Zero)
{
    public int Width => Buffer.Width;

    public int Height => Buffer.Height;

    /// <summary>A pixel's first channel.</summary>
    public byte* At(byte* memory, int x, int y) =>
        memory + Buffer.Address + ((y + Buffer.Border) * Buffer.RowStride) + ((x + Buffer.Border) * (long)Buffer.Channels) + Offset;

    /// <summary>Fills the border beside a row that has been written, and above the first and below the last.</summary>
    public void Frame(byte* memory, int y) => Frame(memory, y, 0, Channels);

    /// <summary>The same for some of the channels.</summary>
    public void Frame(byte* memory, int y, int channel, int end)
    {
        var (border, count) = (Buffer.Border, end - channel);
        if (border == 0)
        {
            return;
        }

        Fill(At(memory, -border, y) + channel, border, count);
        Fill(At(memory, Width, y) + channel, border, count);
        for (var row = 1; row <= border; row++)
        {
            if (y == 0)
            {
                Fill(At(memory, -border, -row) + channel, Width + (2 * border), count);
            }

            if (y == Height - 1)
            {
                Fill(At(memory, -border, y + row) + channel, Width + (2 * border), count);
            }
        }
    }

    private void Fill(byte* from, int pixels, int channels)
    {
        for (var pixel = 0; pixel < pixels; pixel++, from += Buffer.Channels)
        {
            Unsafe.InitBlockUnaligned(from, Zero, (uint)channels);
        }
    }
}
