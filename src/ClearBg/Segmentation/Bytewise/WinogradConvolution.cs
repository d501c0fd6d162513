using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>A Conv of 3 × 3 by a minimal filter: squares of pixels are transformed, multiplied place by place, and their sums transformed to results.</summary>
/// <param name="input">What is read, with a border of <paramref name="dilation"/>.</param>
/// <param name="dilation">From one of the kernel's pixels to the next.</param>
/// <param name="weights">Of the Conv.</param>
/// <param name="levels">What becomes of the sums.</param>
/// <param name="output">What is written, of the input's size.</param>
internal sealed unsafe class WinogradConvolution(FeatureMap input, int dilation, WinogradWeights weights, OutputLevels levels, FeatureMap output) : NetworkStep
{
    private const int Group = MinimalFilter.Group;

    // Squares that are transformed and multiplied together: up to 256 channels their values stay in the second cache.
    private const int Block = 16;

    // For fewer the weights, which become 8 times as large, or 3.6 times, would not be worth their memory.
    private const int FewestSquares = 256;

    private readonly MinimalFilter _filter = weights.Filter;
    private readonly int _side = weights.Filter.Side;
    private readonly int _columns = input.Width / weights.Filter.Side;
    private readonly int _squares = input.Width / weights.Filter.Side * (input.Height / weights.Filter.Side);

    // From a place to the next. A power of two would put all of them into the same lines of the first cache.
    private readonly nint _nextValues = (Block * input.Channels) + 32;
    private readonly nint _nextSums = (Block * Group) + 16;

    public override int Items => (_squares + Block - 1) / Block;

    /// <summary>Transformed pixels, [places, 16 squares, channels] in 16 bits, and sums, [places, 16 squares, 16 outputs] in 32.</summary>
    public override long RoomBytes => _filter.Places * ((_nextValues * sizeof(short)) + (_nextSums * sizeof(int)));

    /// <summary>The filter by which a Conv is computed exactly and fastest; null where that is none.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="weights">[outputs, channels, 3, 3].</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="input">What the kernel is moved over.</param>
    public static MinimalFilter? FilterOf(Kernel kernel, ReadOnlySpan<sbyte> weights, int outputs, FeatureMap input)
    {
        if (kernel is not { Size: 3, Stride: 1 } || kernel.Padding != kernel.Dilation || input.Channels % Vector256<short>.Count != 0)
        {
            return null;
        }

        foreach (var filter in (ReadOnlySpan<MinimalFilter>)[MinimalFilter.Large, MinimalFilter.Small])
        {
            var side = filter.Side * kernel.Dilation;
            var fills = input.Width % side == 0 && input.Height % side == 0 && input.Width / filter.Side * (input.Height / filter.Side) >= FewestSquares;
            if (fills && filter.Gives(weights, outputs))
            {
                return filter;
            }
        }

        return null;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int item, InferenceMemory memory)
    {
        var first = item * Block;
        var count = Math.Min(Block, _squares - first);
        var values = (short*)memory.Room;
        var channels = input.Channels;
        var sums = (int*)(values + (_filter.Places * _nextValues));
        var targets = stackalloc byte*[Block];
        var (right, down) = ((nint)input.Buffer.Channels * dilation, (nint)input.Buffer.RowStride * dilation);
        for (var square = 0; square < count; square++)
        {
            var (x, y) = Place(first + square);
            targets[square] = output.At(memory.Features, x, y);
            _filter.TransformPixels(input.At(memory.Features, x - dilation, y - dilation), right, down, channels, values + (square * (nint)channels), _nextValues);
            if ((first + square) % _columns == 0)
            {
                for (var row = 0; row < _side; row++)
                {
                    output.Frame(memory.Features, y + (row * dilation));
                }
            }
        }

        for (var group = 0; group < levels.Parts; group++)
        {
            var factors = weights.Of(group);
            for (var place = 0; place < _filter.Places; place++, factors += channels * (nint)Group)
            {
                // Widths are multiples of 16, so that numbers of squares are of 4.
                for (var square = 0; square < count; square += 4)
                {
                    Avx2Unit.Multiply(values + (place * _nextValues) + (square * (nint)channels), channels, factors, sums + (place * _nextSums) + (square * Group));
                }
            }

            for (var square = 0; square < count; square++)
            {
                StoreOutput(sums + (square * Group), targets[square] + (group * Group), group);
            }
        }
    }

    /// <summary>The first of a square's results, which lie a dilation apart.</summary>
    private (int X, int Y) Place(int square)
    {
        var (column, row) = (square % _columns, square / _columns);
        return ((column / dilation * _side * dilation) + (column % dilation), (row / dilation * _side * dilation) + (row % dilation));
    }

    /// <summary>A square's results, as bytes.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StoreOutput(int* sums, byte* target, int group)
    {
        var results = stackalloc int[MinimalFilter.MostResults * Group];
        var (right, down) = ((nint)output.Buffer.Channels * dilation, (nint)output.Buffer.RowStride * dilation);
        _filter.TransformSums(sums, _nextSums, results);
        for (var y = 0; y < _side; y++, target += down)
        {
            for (var x = 0; x < _side; x++, results += Group)
            {
                levels.Of(Vector512.Load(results), group).Store(target + (x * right));
            }
        }
    }
}
