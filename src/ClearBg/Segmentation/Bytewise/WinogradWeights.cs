using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// The weights of a Conv of 3 × 3 for <see cref="WinogradConvolution"/>: for each output and channel the 16 values of 4·G·g·Gᵀ, which are at most
/// 9 · 128 and whole, where G·g·Gᵀ has quarters.
/// </summary>
internal sealed unsafe class WinogradWeights
{
    /// <summary>Outputs that are computed together.</summary>
    public const int Group = 16;

    /// <summary>Places in the transformed squares.</summary>
    public const int Places = 16;

    private const int Pixels = 9;
    private readonly int[] _sums;
    private readonly short* _values;

    /// <param name="memory">Where they are kept.</param>
    /// <param name="weights">[outputs, channels, 3, 3].</param>
    /// <param name="outputs">Number of outputs, a multiple of 16.</param>
    /// <param name="channels">Number of channels, a multiple of 2.</param>
    public WinogradWeights(WeightMemory memory, ReadOnlySpan<sbyte> weights, int outputs, int channels)
    {
        (Channels, _sums) = (channels, new int[outputs]);
        _values = (short*)memory.Take((long)outputs * channels * Places * sizeof(short));
        fixed (sbyte* source = weights)
        fixed (int* sum = _sums)
        {
            for (var group = 0; group < outputs / Group; group++)
            {
                Transform(source + ((nint)group * Group * channels * Pixels), Of(group), channels, sum + (group * Group));
            }
        }
    }

    public int Channels { get; }

    /// <summary>Of each output's weights, before they were transformed.</summary>
    public ReadOnlySpan<int> Sums => _sums;

    /// <summary>[16 places, channels / 2, 16 outputs, 2 channels] of a group of outputs.</summary>
    public short* Of(int group) => _values + ((nint)group * Places * Channels * Group);

    /// <summary>A group's weights, [16 outputs, channels, 3, 3], and the sums of each output's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform(sbyte* weights, short* values, int channels, int* sums)
    {
        // [9 pixels, 16 outputs, 2 channels]: from there on all that is needed of two channels at once.
        var pair = stackalloc short[Pixels * 2 * Group];
        var place = (nint)channels * Group;
        for (var channel = 0; channel < channels; channel += 2, values += 2 * Group)
        {
            for (var output = 0; output < Group; output++)
            {
                var source = weights + ((((nint)output * channels) + channel) * Pixels);
                for (var pixel = 0; pixel < Pixels; pixel++)
                {
                    var (one, other) = (source[pixel], source[Pixels + pixel]);
                    pair[(pixel * 2 * Group) + (2 * output)] = one;
                    pair[(pixel * 2 * Group) + (2 * output) + 1] = other;
                    sums[output] += one + other;
                }
            }

            for (var half = 0; half < 2 * Group; half += Vector256<short>.Count)
            {
                var (a0, b0, c0, d0) = Column(pair + half);
                var (a1, b1, c1, d1) = Column(pair + half + (2 * Group));
                var (a2, b2, c2, d2) = Column(pair + half + (4 * Group));
                StoreRow(a0, a1, a2, values + half, place);
                StoreRow(b0, b1, b2, values + half + (4 * place), place);
                StoreRow(c0, c1, c2, values + half + (8 * place), place);
                StoreRow(d0, d1, d2, values + half + (12 * place), place);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<short> First, Vector256<short> Second, Vector256<short> Third, Vector256<short> Fourth) Column(short* pixels)
    {
        var (upper, middle, lower) = (Vector256.Load(pixels), Vector256.Load(pixels + (6 * Group)), Vector256.Load(pixels + (12 * Group)));
        return (upper + upper, upper + lower + middle, upper + lower - middle, lower + lower);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(Vector256<short> left, Vector256<short> middle, Vector256<short> right, short* values, nint place)
    {
        (left + left).Store(values);
        (left + right + middle).Store(values + place);
        (left + right - middle).Store(values + (2 * place));
        (right + right).Store(values + (3 * place));
    }
}
