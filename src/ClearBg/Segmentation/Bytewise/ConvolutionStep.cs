using System.Runtime.CompilerServices;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>A Conv of bytes, 32 pixels by 32 outputs at a time; its kinds differ in what becomes of the sums.</summary>
/// <param name="unit">What multiplies.</param>
/// <param name="input">What is read.</param>
/// <param name="kernel">How.</param>
/// <param name="weights">Of the Conv.</param>
/// <param name="output">What is written; its width is a multiple of 16.</param>
internal abstract unsafe class ConvolutionStep(TileUnit unit, FeatureMap input, Kernel kernel, ConvolutionWeights weights, FeatureMap output) : NetworkStep
{
    /// <summary>Pixels of a tile, along a row.</summary>
    protected const int TilePixels = 16;

    // Weights up to here stay in the second cache beside the pixels, so that all outputs of a pixel are computed one after the other. Of more, a group at a time.
    private const long FewBytes = 1 << 18;
    private const int Parts = 32;

    private readonly int _tiles = output.Width / TilePixels;
    private readonly int _groups = weights.Bytes <= FewBytes ? weights.Groups : 1;
    private readonly int _rows = Math.Max(2, output.Height * (weights.Bytes <= FewBytes ? 1 : weights.Groups) / Parts);

    public sealed override int Items => Bands * ((weights.Groups + _groups - 1) / _groups);

    /// <summary>Sums of 32 pixels by 32 outputs.</summary>
    public sealed override long RoomBytes => 2 * TilePixels * ConvolutionWeights.Group * sizeof(int);

    private int Bands => (output.Height + _rows - 1) / _rows;

    public sealed override void Enter() => unit.Enter(weights.StepBytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public sealed override void Run(int item, InferenceMemory memory)
    {
        var (top, first) = (item % Bands * _rows, item / Bands * _groups);
        var (bottom, last) = (Math.Min(output.Height, top + _rows), Math.Min(weights.Groups, first + _groups));
        var sums = (int*)memory.Room;
        var product = new TileProduct { Offsets = weights.Offsets, Steps = weights.Steps, PixelStride = kernel.Stride * input.Buffer.Channels, StepBytes = weights.StepBytes, Sums = sums };
        var tiles = (bottom - top) * _tiles;
        for (var tile = 0; tile < tiles; tile += 2)
        {
            // An odd last tile is computed twice.
            var other = Math.Min(tile + 1, tiles - 1);
            var (x, y) = (tile % _tiles * TilePixels, top + (tile / _tiles));
            var (otherX, otherY) = (other % _tiles * TilePixels, top + (other / _tiles));
            product.Pixels = input.At(memory.Features, x * kernel.Stride, y * kernel.Stride);
            product.Second = (nint)(input.At(memory.Features, otherX * kernel.Stride, otherY * kernel.Stride) - product.Pixels);
            for (var group = first; group < last; group++)
            {
                product.Weights = weights.Of(group);
                product.Outputs = Math.Min(ConvolutionWeights.Group, weights.Sums.Length - (group * ConvolutionWeights.Group));
                unit.Multiply(&product);
                Store(memory, sums, x, y, group * ConvolutionWeights.Group);
                if (other != tile)
                {
                    Store(memory, sums + (TilePixels * ConvolutionWeights.Group), otherX, otherY, group * ConvolutionWeights.Group);
                }
            }
        }

        for (var y = top; y < bottom; y++)
        {
            output.Frame(memory.Features, y, first * ConvolutionWeights.Group, Math.Min(output.Channels, last * ConvolutionWeights.Group));
        }
    }

    /// <summary>Takes the sums of 16 pixels from a place on, [16, 32], for up to 32 outputs from a number on.</summary>
    protected abstract void Store(InferenceMemory memory, int* sums, int x, int y, int channel);
}
