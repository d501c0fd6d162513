namespace ClearBg.Segmentation.Bytewise;

/// <summary>How a Conv moves over its input; all is the same in both directions.</summary>
/// <param name="Size">Pixels that it multiplies, in either direction.</param>
/// <param name="Stride">Pixels of the input for one of the output.</param>
/// <param name="Dilation">From one of those pixels to the next, at least 1.</param>
/// <param name="Padding">Pixels of zeros on each side.</param>
internal readonly record struct Kernel(int Size, int Stride, int Dilation, int Padding)
{
    /// <summary>True for numbers that a network of pictures may have: whatever is computed from them and a picture's sides fits into 32 bits.</summary>
    public bool IsUsual => Size is >= 1 and <= 64 && Stride is >= 1 and <= 64 && Dilation is >= 1 and <= 1024 && Padding is >= 0 and <= 4096;

    /// <summary>Pixels of the output for a side of the input; 0 where the input is too small.</summary>
    public int Outputs(int side) => side + (2 * Padding) - (Dilation * (Size - 1)) is > 0 and var places ? ((places - 1) / Stride) + 1 : 0;
}
