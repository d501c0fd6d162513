using System.Runtime.CompilerServices;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>The weights of a Conv of 3 × 3 for <see cref="WinogradConvolution"/>, transformed.</summary>
internal sealed unsafe class WinogradWeights
{
    private const int Pixels = 9;
    private const int Group = MinimalFilter.Group;
    private readonly int[] _sums;
    private readonly short* _values;

    /// <param name="memory">Where they are kept.</param>
    /// <param name="filter">What transforms them.</param>
    /// <param name="weights">[outputs, channels, 3, 3].</param>
    /// <param name="outputs">Number of outputs, a multiple of 16.</param>
    /// <param name="channels">Number of channels, a multiple of 2.</param>
    public WinogradWeights(WeightMemory memory, MinimalFilter filter, ReadOnlySpan<sbyte> weights, int outputs, int channels)
    {
        (Filter, Channels, _sums) = (filter, channels, new int[outputs]);
        _values = (short*)memory.Take((long)outputs * channels * filter.Places * sizeof(short));
        fixed (sbyte* source = weights)
        fixed (int* sum = _sums)
        {
            for (var group = 0; group < outputs / Group; group++)
            {
                Transform(source + ((nint)group * Group * channels * Pixels), Of(group), sum + (group * Group));
            }
        }
    }

    public MinimalFilter Filter { get; }

    public int Channels { get; }

    /// <summary>Of each output's weights, before they were transformed.</summary>
    public ReadOnlySpan<int> Sums => _sums;

    /// <summary>[places, channels / 2, 16 outputs, 2 channels] of a group of outputs.</summary>
    public short* Of(int group) => _values + ((nint)group * Filter.Places * Channels * Group);

    /// <summary>A group's weights, [16 outputs, channels, 3, 3], and the sums of each output's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transform(sbyte* weights, short* values, int* sums)
    {
        // [9 pixels, 16 outputs, 2 channels]: from there on all that is needed of two channels at once.
        var pair = stackalloc short[Pixels * 2 * Group];
        for (var channel = 0; channel < Channels; channel += 2, values += 2 * Group)
        {
            for (var output = 0; output < Group; output++)
            {
                var source = weights + ((((nint)output * Channels) + channel) * Pixels);
                for (var pixel = 0; pixel < Pixels; pixel++)
                {
                    var (one, other) = (source[pixel], source[Pixels + pixel]);
                    pair[(pixel * 2 * Group) + (2 * output)] = one;
                    pair[(pixel * 2 * Group) + (2 * output) + 1] = other;
                    sums[output] += one + other;
                }
            }

            Filter.TransformWeights(pair, values, (nint)Channels * Group);
        }
    }
}
