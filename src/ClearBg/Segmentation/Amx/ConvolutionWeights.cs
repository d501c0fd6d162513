using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClearBg.Segmentation.Amx;

/// <summary>
/// A Conv's weights in native memory, in the order in which tiles multiply them. The pixels that a kernel covers are cut into steps of at most 64 bytes: the
/// channels of one pixel or, where the pixels of a kernel's row lie side by side, of several.
/// </summary>
internal sealed unsafe class ConvolutionWeights : IDisposable
{
    /// <summary>Outputs that are computed together.</summary>
    public const int Group = 32;

    private const int TileBytes = 1024;
    private const int TileOutputs = 16;
    private const int Longest = 64;
    private readonly int[] _sums;
    private nint* _offsets;
    private sbyte* _tiles;

    /// <param name="weights">[outputs, channels, size, size].</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="input">What it is moved over.</param>
    public ConvolutionWeights(ReadOnlySpan<sbyte> weights, int outputs, Kernel kernel, FeatureMap input)
    {
        var (channels, pixel) = (input.Channels, input.Buffer.Channels);
        var isWhole = kernel.Dilation == 1 && channels == pixel && channels < Longest;
        var (runs, run) = isWhole ? (kernel.Size, kernel.Size * channels) : (kernel.Size * kernel.Size, channels);
        var parts = (run + Longest - 1) / Longest;
        StepBytes = (((run + parts - 1) / parts) + 3) & ~3;
        (Steps, Groups, _sums) = (runs * parts, (outputs + Group - 1) / Group, new int[outputs]);
        _tiles = (sbyte*)NativeMemory.AlignedAlloc((nuint)Bytes, Longest);
        _offsets = (nint*)NativeMemory.Alloc((nuint)Steps, (nuint)sizeof(nint));
        NativeMemory.Clear(_tiles, (nuint)Bytes);
        var places = stackalloc int[Longest];
        for (var step = 0; step < Steps; step++)
        {
            var (start, length) = (step % parts * StepBytes, Math.Min(StepBytes, run - (step % parts * StepBytes)));
            var (y, x) = isWhole ? (step / parts, 0) : (step / parts / kernel.Size, step / parts % kernel.Size);
            _offsets[step] = (nint)((((y * kernel.Dilation) - kernel.Padding) * input.Buffer.RowStride) + (((x * kernel.Dilation) - kernel.Padding) * (long)pixel) + start);

            // From a byte of the run to its weight: a pixel's channels follow one another there, and lie a kernel apart here.
            for (var i = 0; i < length; i++)
            {
                places[i] = ((start + i) % channels * kernel.Size * kernel.Size) + (y * kernel.Size) + x + ((start + i) / channels);
            }

            for (var output = 0; output < outputs; output++)
            {
                var tile = _tiles + (((((output / Group * Steps) + step) * 2) + (output % Group / TileOutputs)) * (nint)TileBytes) + (output % TileOutputs * 4);
                _sums[output] += Fill(tile, weights.Slice(output * channels * kernel.Size * kernel.Size, channels * kernel.Size * kernel.Size), places, length);
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

    public void Dispose()
    {
        NativeMemory.Free(_offsets);
        NativeMemory.AlignedFree(_tiles);
        _offsets = null;
        _tiles = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Fill(sbyte* tile, ReadOnlySpan<sbyte> weights, int* places, int length)
    {
        var sum = 0;
        fixed (sbyte* source = weights)
        {
            for (var i = 0; i < length; i++)
            {
                var weight = source[places[i]];
                tile[((i & ~3) << 4) + (i & 3)] = weight;
                sum += weight;
            }
        }

        return sum;
    }
}
