using ClearBg.Segmentation.Onnx;

namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// Which channels of a convolutional network must be scaled together if it is to compute what it did: Relu, MaxPool and Resize pass a factor on, Concat puts
/// channels side by side, and Add ties those that it adds. Each output channel of a Conv begins a group. What any other operator reads, what leaves the graph, and what shares
/// a tensor with those is fixed.
/// </summary>
internal sealed class ChannelGroups
{
    /// <summary>In place of a group: a channel that keeps its scale.</summary>
    public const int Fixed = 0;

    private readonly Dictionary<string, int[]> _tensors = new(StringComparer.Ordinal);

    // A forest: each group points to one that it was tied to, of a smaller number, or to itself. Whatever is tied to the fixed channels is fixed.
    private readonly List<int> _tied = [Fixed];

    /// <param name="graph">Nodes in order, weights among the initializers.</param>
    public ChannelGroups(GraphProto graph)
    {
        var constants = graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            if (GroupsOf(node, constants) is { } groups)
            {
                _tensors.Add(node.Output[0], groups);
                continue;
            }

            var inner = node.Subgraphs.SelectMany(static subgraph => subgraph.WithSubgraphs).SelectMany(static subgraph => subgraph.Node).SelectMany(static within => within.Input);
            Fix(node.Input.Concat(inner));
        }

        Fix(graph.Output.Select(static output => output.Name));

        // The channels of a tensor are to reach alike: beside fixed ones, the others have nothing to reach for.
        while (_tensors.FirstOrDefault(tensor => tensor.Value.Any(IsFixed) && !tensor.Value.All(IsFixed)).Key is { } partly)
        {
            Fix([partly]);
        }
    }

    /// <summary>The group of each channel of a tensor; empty where all are fixed because nobody knows how many there are.</summary>
    public int[] Of(string tensor) => _tensors.TryGetValue(tensor, out var groups) ? Array.ConvertAll(groups, Root) : [];

    /// <summary>True for a tensor whose channels may be scaled: all of them or none.</summary>
    public bool IsScalable(string tensor) => _tensors.TryGetValue(tensor, out var groups) && groups.Length > 0 && !IsFixed(groups[0]);

    // Null: the node's outputs are fixed, and with them its inputs.
    private int[]? GroupsOf(NodeProto node, Dictionary<string, TensorProto> constants)
    {
        switch (node.Is(node.OpType) ? node.OpType : null)
        {
            case "Conv" when node.Input.Skip(1).All(constants.ContainsKey):
                int[] fresh = [.. Enumerable.Range(_tied.Count, (int)constants[node.Input[1]].Dims[0])];
                _tied.AddRange(fresh);
                return fresh;
            case "Relu" or "MaxPool":
            case "Resize" when IsOfPixels(node, constants):
                return _tensors.GetValueOrDefault(node.Input[0]);
            case "Concat" when node.Attribute is [{ Name: "axis", I: 1 }] && node.Input.All(_tensors.ContainsKey):
                return [.. node.Input.SelectMany(input => _tensors[input])];
            case "Add" when node.Input.All(_tensors.ContainsKey) && _tensors[node.Input[0]] is var one && _tensors[node.Input[1]] is var other && one.Length == other.Length:
                foreach (var (first, second) in one.Zip(other))
                {
                    Tie(first, second);
                }

                return one;
            default:
                return null;
        }
    }

    private void Fix(IEnumerable<string> tensors)
    {
        foreach (var group in tensors.SelectMany(tensor => _tensors.GetValueOrDefault(tensor, [])))
        {
            Tie(group, Fixed);
        }
    }

    private bool IsFixed(int group) => Root(group) == Fixed;

    // By constant factors, and none for the channels. A Resize that crops may put in values of its own.
    private static bool IsOfPixels(NodeProto resize, Dictionary<string, TensorProto> constants) =>
        resize.Input.Count == 3 && constants.TryGetValue(resize.Input[2], out var factors) && factors.Floats() is [1, 1, ..]
        && !resize.Attribute.Any(static attribute => attribute.Name is "axes" || attribute.S.ToStringUtf8() is "tf_crop_and_resize");

    private int Root(int group)
    {
        while (_tied[group] != group)
        {
            group = _tied[group];
        }

        return group;
    }

    private void Tie(int first, int second)
    {
        (first, second) = (Root(first), Root(second));
        _tied[Math.Max(first, second)] = Math.Min(first, second);
    }
}
