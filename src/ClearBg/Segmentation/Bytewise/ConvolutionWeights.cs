using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// A Conv's weights in the order in which tiles multiply them. The pixels that a kernel covers are cut into steps of at most 64 bytes: the
/// channels of one pixel or, where the pixels of a kernel's row lie side by side, of several.
/// </summary>
internal sealed unsafe class ConvolutionWeights
{
    /// <summary>Outputs that are computed together.</summary>
    public const int Group = 32;

    private const int TileBytes = 1024;
    private const int TileOutputs = 16;
    private const int Longest = 64;
    private readonly int[] _sums;
    private readonly nint* _offsets;
    private readonly sbyte* _tiles;

    /// <param name="memory">Where they are kept.</param>
    /// <param name="weights">[outputs, channels, size, size].</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="input">What it is moved over.</param>
    public ConvolutionWeights(WeightMemory memory, ReadOnlySpan<sbyte> weights, int outputs, Kernel kernel, FeatureMap input)
    {
        var (channels, pixel) = (input.Channels, input.Buffer.Channels);
        var isWhole = kernel.Dilation == 1 && channels == pixel && channels < Longest;
        var (runs, run) = isWhole ? (kernel.Size, kernel.Size * channels) : (kernel.Size * kernel.Size, channels);
        var parts = (run + Longest - 1) / Longest;
        StepBytes = (((run + parts - 1) / parts) + 3) & ~3;
        (Steps, Groups, _sums) = (runs * parts, (outputs + Group - 1) / Group, new int[outputs]);
        _tiles = (sbyte*)memory.Take(Bytes);
        _offsets = (nint*)memory.Take(Steps * (long)sizeof(nint));
        NativeMemory.Clear(_tiles, (nuint)Bytes);
        for (var step = 0; step < Steps; step++)
        {
            var (y, x) = isWhole ? (step / parts, 0) : (step / parts / kernel.Size, step / parts % kernel.Size);
            _offsets[step] = (nint)((((y * kernel.Dilation) - kernel.Padding) * input.Buffer.RowStride) + (((x * kernel.Dilation) - kernel.Padding) * (long)pixel) + (step % parts * StepBytes));
        }

        // A pixel's channels follow one another in the tiles, and lie a kernel apart here.
        var pixels = kernel.Size * kernel.Size;
        var turned = new sbyte[pixels * channels];
        for (var output = 0; output < outputs; output++)
        {
            _sums[output] = Turn(weights.Slice(output * channels * pixels, channels * pixels), turned, pixels);
            var tile = _tiles + (output / Group * Steps * 2 * (nint)TileBytes) + (output % Group / TileOutputs * TileBytes) + (output % TileOutputs * sizeof(int));
            for (var step = 0; step < Steps; step++, tile += 2 * TileBytes)
            {
                var start = (step / parts * run) + (step % parts * StepBytes);
                Fill(tile, new(turned, start, Math.Min(StepBytes, run - (step % parts * StepBytes))));
            }
        }
    }

    /// <summary>Multiplications of tiles for a result.</summary>
    public int Steps { get; }

    /// <summary>Bytes a step, a multiple of 4.</summary>
    public int StepBytes { get; }

    /// <summary>Number of groups of outputs.</summary>
    public int Groups { get; }

    /// <summary>Of all groups.</summary>
    public long Bytes => (long)Groups * Steps * 2 * TileBytes;

    /// <summary>For each step, from a pixel to what is multiplied, in bytes.</summary>
    public nint* Offsets => _offsets;

    /// <summary>Of each output's weights.</summary>
    public ReadOnlySpan<int> Sums => _sums;

    /// <summary>For each step of a group two tiles of 16 outputs: rows of four bytes for each.</summary>
    public sbyte* Of(int group) => _tiles + (group * (nint)Steps * 2 * TileBytes);

    /// <summary>From [channels, pixels] to [pixels, channels].</summary>
    /// <returns>The sum of all.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Turn(ReadOnlySpan<sbyte> weights, Span<sbyte> turned, int pixels)
    {
        var (channels, sum) = (weights.Length / pixels, 0);
        fixed (sbyte* source = weights, target = turned)
        {
            for (var pixel = 0; pixel < pixels; pixel++)
            {
                var from = source + pixel;
                var to = target + (pixel * channels);
                for (var channel = 0; channel < channels; channel++, from += pixels)
                {
                    to[channel] = *from;
                    sum += *from;
                }
            }
        }

        return sum;
    }

    /// <summary>Puts an output's weights of a step, four a row, into its column of a tile. What is behind the last one of the step stays 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(sbyte* column, ReadOnlySpan<sbyte> weights)
    {
        fixed (sbyte* source = weights)
        {
            var i = 0;
            for (; i + sizeof(int) <= weights.Length; i += sizeof(int), column += 64)
            {
                *(int*)column = *(int*)(source + i);
            }

            for (var rest = 0; i + rest < weights.Length; rest++)
            {
                column[rest] = source[i + rest];
            }
        }
    }
}
