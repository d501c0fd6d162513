using System.Runtime.InteropServices;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>What <see cref="TileUnit.Multiply"/> works on; the machine code of <see cref="TileCode"/> knows its layout.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileProduct
{
    /// <summary>Where the bytes of each step lie, relative to a tile's first pixel.</summary>
    public nint* Offsets;

    /// <summary>Number of steps, at least 1.</summary>
    public nint Steps;

    /// <summary>The first of 16 pixels.</summary>
    public byte* Pixels;

    /// <summary>From those to the first of 16 others.</summary>
    public nint Second;

    /// <summary>For each step two tiles of weights, 1024 bytes each.</summary>
    public sbyte* Weights;

    /// <summary>Bytes from a pixel to the next.</summary>
    public nint PixelStride;

    /// <summary>Gets [32 pixels, 32 outputs] of sums.</summary>
    public int* Sums;

    /// <summary>Bytes a step, a multiple of 4, at most 64.</summary>
    public nint StepBytes;

    /// <summary>Of the 32 outputs, how many are wanted; the sums of the others may be anything.</summary>
    public nint Outputs;
}
