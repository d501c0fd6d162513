using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>What becomes of a Conv's sums: bytes of its output, rectified or not.</summary>
internal sealed class OutputLevels
{
    private readonly Vector512<int>[] _biases;
    private readonly Vector512<float>[] _scales;
    private readonly int _zero;
    private readonly int _least;

    /// <param name="input">What was multiplied.</param>
    /// <param name="sums">Of each output's weights.</param>
    /// <param name="scales">Of the weights, one for each output.</param>
    /// <param name="biases">One for each output, in units of the products.</param>
    /// <param name="output">What is written; its channels are a multiple of 16.</param>
    /// <param name="isRectified">Whether a Relu follows.</param>
    public OutputLevels(FeatureMap input, ReadOnlySpan<int> sums, ReadOnlySpan<float> scales, ReadOnlySpan<int> biases, FeatureMap output, bool isRectified)
    {
        (_zero, _least) = (output.Zero, isRectified ? output.Zero : 0);
        (_biases, _scales) = (new Vector512<int>[output.Channels / 16], new Vector512<float>[output.Channels / 16]);
        for (var i = 0; i < _biases.Length; i++)
        {
            // A byte of the input stands for its difference to the zero, and the byte is what is multiplied.
            _biases[i] = Vector512.Create(biases[(16 * i)..]) - (Vector512.Create(sums[(16 * i)..]) * input.Zero);
            _scales[i] = Vector512.Create(scales[(16 * i)..]) * input.Scale / output.Scale;
        }
    }

    /// <summary>Number of parts of 16 outputs.</summary>
    public int Parts => _biases.Length;

    /// <summary>The bytes of 16 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<byte> Of(Vector512<int> sums, int part) => Bytes.Of(Vector512.ConvertToSingle(sums + _biases[part]) * _scales[part], _zero, _least);
}
