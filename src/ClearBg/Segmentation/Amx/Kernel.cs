namespace ClearBg.Segmentation.Amx;

/// <summary>How a Conv moves over its input; all is the same in both directions.</summary>
/// <param name="Size">Pixels that it multiplies, in either direction.</param>
/// <param name="Stride">Pixels of the input for one of the output.</param>
/// <param name="Dilation">From one of those pixels to the next, at least 1.</param>
/// <param name="Padding">Pixels of zeros on each side.</param>
internal readonly record struct Kernel(int Size, int Stride, int Dilation, int Padding)
{
    /// <summary>Pixels of the output for a side of the input.</summary>
    public int Outputs(int side) => ((side + (2 * Padding) - (Dilation * (Size - 1)) - 1) / Stride) + 1;
}
