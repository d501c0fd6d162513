using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// A Conv of 3 × 3 by Winograd's minimal filtering F(2 × 2, 3 × 3) (Lavin, Gray: Fast Algorithms for Convolutional Neural Networks, 2015): 16 multiplications for
/// four pixels in place of 36. In whole numbers it is exact: the result, before it is divided by four, is less than 2³¹ up to
/// <see cref="MostChannels"/> channels, and what is on the way there may wrap around.
/// </summary>
/// <param name="input">What is read, with a border of <paramref name="dilation"/>.</param>
/// <param name="dilation">From one of the kernel's pixels to the next.</param>
/// <param name="weights">Of the Conv.</param>
/// <param name="levels">What becomes of the sums.</param>
/// <param name="output">What is written, of the input's size.</param>
internal sealed unsafe class WinogradConvolution(FeatureMap input, int dilation, WinogradWeights weights, OutputLevels levels, FeatureMap output) : NetworkStep
{
    private const int MostChannels = 1024;
    private const int Places = WinogradWeights.Places;

    // Squares of 4 × 4 pixels, for 2 × 2 results each, that are transformed and multiplied together: their values stay in the second cache.
    private const int Block = 16;

    // For fewer the weights, which become 3.6 times as large, would not be worth their memory.
    private const int FewestSquares = 256;

    private const int BlocksInItem = 2;

    // From one place's sums to the next one's.
    private const int Next = Block * WinogradWeights.Group;

    private readonly int _columns = input.Width / 2;
    private readonly int _squares = input.Width / 2 * (input.Height / 2);

    public override int Items => (_squares + (Block * BlocksInItem) - 1) / (Block * BlocksInItem);

    /// <summary>Transformed pixels, [16 places, 16 squares, channels] in 16 bits, and sums, [16 places, 16 squares, 16 outputs] in 32.</summary>
    public override long RoomBytes => (Places * Block * (long)input.Channels * sizeof(short)) + (Places * Block * WinogradWeights.Group * sizeof(int));

    /// <summary>True for a Conv that can be computed so, and faster.</summary>
    public static bool Fits(Kernel kernel, int channels, int width, int height) =>
        kernel is { Size: 3, Stride: 1 } && kernel.Padding == kernel.Dilation && channels % Vector256<short>.Count == 0 && channels <= MostChannels
        && width % (2 * kernel.Dilation) == 0 && height % (2 * kernel.Dilation) == 0 && width / 2 * (height / 2) >= FewestSquares;

    public override void Run(int item, InferenceMemory memory)
    {
        var last = Math.Min(_squares, (item + 1) * Block * BlocksInItem);
        for (var first = item * Block * BlocksInItem; first < last; first += Block)
        {
            Compute(first, Math.Min(Block, last - first), memory);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(int first, int count, InferenceMemory memory)
    {
        var values = (short*)memory.Room;
        var channels = input.Channels;
        var sums = (int*)(values + (Places * Block * (nint)channels));
        var targets = stackalloc byte*[Block];
        for (var square = 0; square < count; square++)
        {
            var (x, y) = Place(first + square);
            targets[square] = output.At(memory.Features, x, y);
            TransformInput(input.At(memory.Features, x - dilation, y - dilation), values + (square * (nint)channels));
            if ((first + square) % _columns == 0)
            {
                output.Frame(memory.Features, y);
                output.Frame(memory.Features, y + dilation);
            }
        }

        for (var group = 0; group < levels.Parts; group++)
        {
            var factors = weights.Of(group);
            for (var place = 0; place < Places; place++, factors += channels * (nint)WinogradWeights.Group)
            {
                // Widths are multiples of 16, so that numbers of squares are of 8.
                for (var square = 0; square < count; square += 4)
                {
                    Avx2Unit.Multiply(values + (((place * Block) + square) * (nint)channels), channels, factors, sums + (((place * Block) + square) * WinogradWeights.Group));
                }
            }

            for (var square = 0; square < count; square++)
            {
                StoreOutput(sums + (square * WinogradWeights.Group), targets[square] + (group * WinogradWeights.Group), group);
            }
        }
    }

    /// <summary>The first of a square's 2 × 2 results, which lie a dilation apart.</summary>
    private (int X, int Y) Place(int square)
    {
        var (column, row) = (square % _columns, square / _columns);
        return ((column / dilation * 2 * dilation) + (column % dilation), (row / dilation * 2 * dilation) + (row % dilation));
    }

    /// <summary>Bᵀ·d·B of a square's 4 × 4 pixels, all channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformInput(byte* pixels, short* values)
    {
        var (right, down, next) = ((nint)input.Buffer.Channels * dilation, (nint)input.Buffer.RowStride * dilation, Block * (nint)input.Channels);
        for (var channel = 0; channel < input.Channels; channel += Vector256<short>.Count, pixels += Vector256<short>.Count, values += Vector256<short>.Count)
        {
            var (a0, b0, c0, d0) = Differences(pixels, down);
            var (a1, b1, c1, d1) = Differences(pixels + right, down);
            var (a2, b2, c2, d2) = Differences(pixels + (2 * right), down);
            var (a3, b3, c3, d3) = Differences(pixels + (3 * right), down);
            StoreDifferences(a0, a1, a2, a3, values, next);
            StoreDifferences(b0, b1, b2, b3, values + (4 * next), next);
            StoreDifferences(c0, c1, c2, c3, values + (8 * next), next);
            StoreDifferences(d0, d1, d2, d3, values + (12 * next), next);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<short> First, Vector256<short> Second, Vector256<short> Third, Vector256<short> Fourth) Differences(byte* pixels, nint down)
    {
        var (first, second) = (Avx2.ConvertToVector256Int16(pixels), Avx2.ConvertToVector256Int16(pixels + down));
        var (third, fourth) = (Avx2.ConvertToVector256Int16(pixels + (2 * down)), Avx2.ConvertToVector256Int16(pixels + (3 * down)));
        return (first - third, second + third, third - second, second - fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreDifferences(Vector256<short> first, Vector256<short> second, Vector256<short> third, Vector256<short> fourth, short* values, nint next)
    {
        (first - third).Store(values);
        (second + third).Store(values + next);
        (third - second).Store(values + (2 * next));
        (second - fourth).Store(values + (3 * next));
    }

    /// <summary>Aᵀ·m·A, a quarter of it, as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StoreOutput(int* sums, byte* target, int group)
    {
        var (right, down) = ((nint)output.Buffer.Channels * dilation, (nint)output.Buffer.RowStride * dilation);
        var (a, b, c, d) = Results(sums);
        var (e, f, g, h) = Results(sums + Vector256<int>.Count);
        levels.Of(Vector512.Create(a, e), group).Store(target);
        levels.Of(Vector512.Create(b, f), group).Store(target + right);
        levels.Of(Vector512.Create(c, g), group).Store(target + down);
        levels.Of(Vector512.Create(d, h), group).Store(target + down + right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> First, Vector256<int> Right, Vector256<int> Below, Vector256<int> Last) Results(int* sums)
    {
        var (a0, b0) = Rows(sums);
        var (a1, b1) = Rows(sums + Next);
        var (a2, b2) = Rows(sums + (2 * Next));
        var (a3, b3) = Rows(sums + (3 * Next));
        return ((a0 + a1 + a2) >> 2, (a1 - a2 - a3) >> 2, (b0 + b1 + b2) >> 2, (b1 - b2 - b3) >> 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Upper, Vector256<int> Lower) Rows(int* sums)
    {
        var (first, second) = (Vector256.Load(sums), Vector256.Load(sums + (4 * Next)));
        var (third, fourth) = (Vector256.Load(sums + (8 * Next)), Vector256.Load(sums + (12 * Next)));
        return (first + second + third, second - third - fourth);
    }
}
