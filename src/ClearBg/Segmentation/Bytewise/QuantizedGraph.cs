using ClearBg.Segmentation.Onnx;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// A graph as <see cref="Quantization.Int8Conversion"/> writes it, seen without its QuantizeLinear and DequantizeLinear nodes. What it lacks is a <see cref="NotSupportedException"/>
/// whose message ends a sentence about what can't be computed.
/// </summary>
internal sealed class QuantizedGraph
{
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly Dictionary<string, NodeProto> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeProto> _quantizers = new(StringComparer.Ordinal);
    private readonly ILookup<string, NodeProto> _readers;

    public QuantizedGraph(GraphProto graph)
    {
        Graph = graph;
        _constants = graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        _readers = graph.Node.SelectMany(static node => node.Input.Select(input => (input, node))).ToLookup(static pair => pair.input, static pair => pair.node, StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            Require(node.Domain is "" or "ai.onnx" && node.Output.Count == 1, $"the operator {node.OpType} of another kind");
            Require(_makers.TryAdd(node.Output[0], node), $"two tensors '{node.Output[0]}'");
            if (node.Is("QuantizeLinear"))
            {
                RequireAttributes(node);
                Require(_quantizers.TryAdd(Input(node, 0), node), $"the tensor '{node.Input[0]}' in two scales");
            }
        }
    }

    public GraphProto Graph { get; }

    public static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new NotSupportedException(otherwise);
        }
    }

    /// <summary>Name of a node's input.</summary>
    public static string Input(NodeProto node, int index) => index < node.Input.Count ? node.Input[index] : throw new NotSupportedException($"a {node.OpType} of {node.Input.Count} inputs");

    /// <summary>An attribute of integers, or <paramref name="otherwise"/> where it is left out.</summary>
    public static long[] Integers(NodeProto node, string name, params long[] otherwise) =>
        node.Attribute.FirstOrDefault(attribute => string.Equals(attribute.Name, name, StringComparison.Ordinal)) is { } found ? [.. found.Ints] : otherwise;

    /// <summary>Refuses other attributes than these: each could mean another computation.</summary>
    public static void RequireAttributes(NodeProto node, params ReadOnlySpan<string> known)
    {
        foreach (var attribute in node.Attribute)
        {
            Require(known.Contains(attribute.Name, StringComparer.Ordinal), $"a {node.OpType} with {attribute.Name}");
        }
    }

    /// <summary>What a byte of a tensor stands for: (byte − zero) × scale. Null for a tensor that stays float.</summary>
    public (float Scale, byte Zero)? LevelsOf(string tensor)
    {
        if (!_quantizers.TryGetValue(tensor, out var quantizer))
        {
            return null;
        }

        var (scale, zero) = (Constant(Input(quantizer, 1)).Floats(), Constant(Input(quantizer, 2)));
        Require(scale.Length == 1 && zero.DataType == (int)DataType.Uint8 && zero.RawData.Length == 1, "a tensor that isn't unsigned with one scale");
        return (scale[0], zero.RawData[0]);
    }

    /// <summary>The tensor behind what a node reads: the same before it was quantized.</summary>
    public string SourceOf(string input) =>
        _makers.TryGetValue(input, out var dequantizer) && dequantizer.Is("DequantizeLinear") && _makers.TryGetValue(Input(dequantizer, 0), out var quantizer) && quantizer.Is("QuantizeLinear")
        && quantizer.Input.Skip(1).SequenceEqual(dequantizer.Input.Skip(1), StringComparer.Ordinal) && dequantizer.Attribute.Count == 0
            ? Input(quantizer, 0)
            : throw new NotSupportedException($"the float tensor '{input}'");

    /// <summary>A constant in bytes or 32-bit integers and its scales.</summary>
    public (TensorProto Values, float[] Scales) Dequantized(string input)
    {
        Require(_makers.TryGetValue(input, out var dequantizer) && dequantizer.Is("DequantizeLinear"), $"the float tensor '{input}'");
        var (values, zeros) = (Constant(Input(dequantizer!, 0)), Constant(Input(dequantizer!, 2)));
        Require(dequantizer!.Attribute is [{ Name: "axis", I: 0 }] && zeros.RawData.Length > 0 && !zeros.RawData.Span.ContainsAnyExcept((byte)0), "weights that aren't symmetric, with a scale for each output");
        return (values, Constant(Input(dequantizer, 1)).Floats());
    }

    public TensorProto Constant(string name) => _constants.TryGetValue(name, out var constant) ? constant : throw new NotSupportedException($"the computed tensor '{name}'");

    /// <summary>The one node that reads a tensor; null where none or several do.</summary>
    public NodeProto? ReaderOf(string tensor) => _readers[tensor].Take(2).ToArray() is [var only] ? only : null;
}
