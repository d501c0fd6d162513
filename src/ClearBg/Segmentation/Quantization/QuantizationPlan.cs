using ClearBg.Segmentation.Onnx;

namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// Which tensors of a convolutional network flow in 8 bits, and which of them share one scale. A tensor does when Conv, MaxPool, Resize, Concat or
/// Add reads it and a Conv comes after it: what follows the last Conv makes the matte and stays float. MaxPool and Resize give values of their input's
/// range, and Concat puts tensors side by side: with one scale for all of them none is rounded twice.
/// </summary>
internal sealed class QuantizationPlan
{
    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _flow = new(StringComparer.Ordinal);
    private readonly List<string> _measured = [];
    private readonly Dictionary<string, string> _rectified;

    /// <param name="graph">Nodes in order, weights among the initializers.</param>
    public QuantizationPlan(GraphProto graph)
    {
        FindFlow(graph);
        _rectified = graph.Node.Where(static node => node.Is("Relu")).DistinctBy(static node => node.Input[0], StringComparer.Ordinal)
            .ToDictionary(static node => node.Input[0], static node => node.Output[0], StringComparer.Ordinal);
        _measured.AddRange(graph.Input.Select(static input => input.Name).Where(Contains));
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output.Where(Contains))
            {
                if (ActivationsOf(node) is { Length: > 0 } inputs && node.OpType is "MaxPool" or "Resize" or "Concat" && Array.TrueForAll(inputs, Contains))
                {
                    Array.ForEach(inputs, input => Share(input, output));
                }
                else
                {
                    _measured.Add(output);
                }
            }
        }
    }

    /// <summary>Tensors whose ranges have to be measured, in the graph's order. All others take theirs from these.</summary>
    public IReadOnlyList<string> Measured => _measured;

    /// <summary>True for a tensor that flows in 8 bits.</summary>
    public bool Contains(string tensor) => _flow.Contains(tensor);

    /// <summary>True for a Conv that reads and writes the flow, be it through a Relu: it computes with integers.</summary>
    public bool IsInteger(NodeProto node) => node.Is("Conv") && Contains(node.Input[0]) && Contains(_rectified.GetValueOrDefault(node.Output[0], node.Output[0]));

    /// <summary>The range of each tensor that flows in 8 bits.</summary>
    public IReadOnlyDictionary<string, ActivationRange> Apply(ActivationRanges measured)
    {
        var ranges = new Dictionary<string, ActivationRange>(StringComparer.Ordinal);
        foreach (var tensor in _measured)
        {
            var (root, range) = (Root(tensor), measured.Of(tensor));
            ranges[root] = ranges.TryGetValue(root, out var others) ? others.Including(range) : range;
        }

        return _flow.ToDictionary(tensor => tensor, tensor => ranges[Root(tensor)], StringComparer.Ordinal);
    }

    /// <summary>What a node reads of the flow, as against weights, sizes and factors; empty for a node that stays float.</summary>
    public static string[] ActivationsOf(NodeProto node) => !node.Is(node.OpType) ? [] : node.OpType switch
    {
        "Conv" or "MaxPool" or "Resize" => [node.Input[0]],
        "Concat" or "Add" => [.. node.Input],
        _ => [],
    };

    private void FindFlow(GraphProto graph)
    {
        var constants = graph.Initializer.Select(static tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var beforeConv = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Node.Reverse())
        {
            if (!node.Is("Conv") && !node.Output.Any(beforeConv.Contains))
            {
                continue;
            }

            beforeConv.UnionWith(node.Input);
            _flow.UnionWith(ActivationsOf(node).Where(input => !constants.Contains(input)));
        }
    }

    private string Root(string tensor)
    {
        while (_shared.TryGetValue(tensor, out var next))
        {
            tensor = next;
        }

        return tensor;
    }

    private void Share(string first, string second)
    {
        (first, second) = (Root(first), Root(second));
        if (!string.Equals(first, second, StringComparison.Ordinal))
        {
            _shared[second] = first;
        }
    }
}
