using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// The weights of a Conv of 3 × 3 for <see cref="WinogradConvolution"/>, in native memory: for each output and channel the 16 values of 4·G·g·Gᵀ, which are at most
/// 9 · 128 and whole, where G·g·Gᵀ has quarters.
/// </summary>
internal sealed unsafe class WinogradWeights : IDisposable
{
    /// <summary>Outputs that are computed together.</summary>
    public const int Group = 16;

    /// <summary>Places in the transformed squares.</summary>
    public const int Places = 16;

    private const int Pixels = 9;
    private readonly int[] _sums;
    private short* _values;

    /// <param name="weights">[outputs, channels, 3, 3].</param>
    /// <param name="outputs">Number of outputs, a multiple of 16.</param>
    /// <param name="channels">Number of channels, a multiple of 2.</param>
    public WinogradWeights(ReadOnlySpan<sbyte> weights, int outputs, int channels)
    {
        (Channels, _sums) = (channels, new int[outputs]);
        _values = (short*)NativeMemory.AlignedAlloc((nuint)outputs * (nuint)channels * Places * sizeof(short), 64);
        for (var output = 0; output < outputs; output++)
        {
            _sums[output] = Transform(weights.Slice(output * channels * Pixels, channels * Pixels), Of(output / Group) + (2 * (output % Group)), channels);
        }
    }

    public int Channels { get; }

    /// <summary>Of each output's weights, before they were transformed.</summary>
    public ReadOnlySpan<int> Sums => _sums;

    /// <summary>[16 places, channels / 2, 16 outputs, 2 channels] of a group of outputs.</summary>
    public short* Of(int group) => _values + ((nint)group * Places * Channels * Group);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_values);
        _values = null;
    }

    /// <summary>An output's weights, [channels, 3, 3], into its column of a group.</summary>
    /// <returns>The sum of all.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Transform(ReadOnlySpan<sbyte> weights, short* column, int channels)
    {
        var half = stackalloc int[12];
        var sum = 0;
        var place = (nint)channels * Group;
        fixed (sbyte* source = weights)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                var g = source + (channel * Pixels);
                for (var x = 0; x < 3; x++)
                {
                    var (outer, middle) = (g[x] + g[6 + x], g[3 + x]);
                    (half[x], half[3 + x], half[6 + x], half[9 + x]) = (2 * g[x], outer + middle, outer - middle, 2 * g[6 + x]);
                    sum += outer + middle;
                }

                var target = column + (channel / 2 * 2 * Group) + (channel % 2);
                for (var y = 0; y < 4; y++, target += 4 * place)
                {
                    var row = half + (3 * y);
                    var (outer, middle) = (row[0] + row[2], row[1]);
                    target[0] = (short)(2 * row[0]);
                    target[place] = (short)(outer + middle);
                    target[2 * place] = (short)(outer - middle);
                    target[3 * place] = (short)(2 * row[2]);
                }
            }
        }

        return sum;
    }
}
