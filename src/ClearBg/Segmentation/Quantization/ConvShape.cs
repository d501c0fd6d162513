using ClearBg.Segmentation.Onnx;

namespace ClearBg.Segmentation.Quantization;

/// <summary>Which channels each of a Conv's weights lies between.</summary>
/// <param name="Outputs">Number of output channels.</param>
/// <param name="Inputs">Number of input channels that each of them reads: all of them, or those of its group.</param>
/// <param name="Kernel">Height × width.</param>
/// <param name="Groups">Into which input and output channels are divided.</param>
internal readonly record struct ConvShape(int Outputs, int Inputs, int Kernel, int Groups)
{
    public static ConvShape Of(NodeProto conv, TensorProto weights)
    {
        var groups = conv.Attribute.FirstOrDefault(static attribute => string.Equals(attribute.Name, "group", StringComparison.Ordinal))?.I ?? 1;
        return new((int)weights.Dims[0], (int)weights.Dims[1], (int)weights.Dims.Skip(2).Aggregate(1L, static (product, side) => product * side), (int)groups);
    }

    /// <summary>The output channel of a weight, by its place in [outputs, inputs, …].</summary>
    public int Output(int weight) => weight / Kernel / Inputs;

    /// <summary>The input channel of a weight.</summary>
    public int Input(int weight) => (Output(weight) / (Outputs / Groups) * Inputs) + (weight / Kernel % Inputs);
}
