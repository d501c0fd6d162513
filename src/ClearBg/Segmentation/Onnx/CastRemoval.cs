using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Segmentation.Onnx;

/// <summary>
/// Removes Casts from float to float, which is what is left of a half-float model's Casts once it is widened. A Cast stays when the file
/// doesn't say what its input is: at worst it then does nothing, which a runtime sees by itself.
/// </summary>
internal static class CastRemoval
{
    private const int Single = (int)DataType.Float;

    /// <summary>Removes them from the graph and all graphs in it. Nodes need not be in order.</summary>
    public static void Apply(GraphProto graph) => Apply(graph, new(StringComparer.Ordinal), new(StringComparer.Ordinal));

    /// <param name="graph">The graph to rewire.</param>
    /// <param name="types">Element types of outer graphs' values.</param>
    /// <param name="aliases">What outer graphs' values are called now.</param>
    private static void Apply(GraphProto graph, Dictionary<string, int> types, Dictionary<string, string> aliases)
    {
        types = WithTypesOf(graph, types);
        aliases = new(aliases, StringComparer.Ordinal);
        var outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);

        // 1 Casts in the middle: their readers read what the Cast read. In a chain that is another Cast's output, so names resolve at the end.
        var idle = graph.Node.Where(node => node.Is("Cast") && TargetOf(node) == Single && types.GetValueOrDefault(node.Input[0]) == Single).ToList();
        var removed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var cast in idle.Where(cast => !outputs.Contains(cast.Output[0])))
        {
            aliases.Add(cast.Output[0], cast.Input[0]);
            removed.Add(cast);
        }

        // 2 Casts that make a graph's output: the output's name must stay, so whoever made the Cast's input takes it over.
        var producers = ProducersIn(graph, removed);
        foreach (var cast in idle.Where(cast => outputs.Contains(cast.Output[0])))
        {
            var (source, output) = (Resolve(cast.Input[0], aliases), cast.Output[0]);
            if (producers.TryGetValue(source, out var producer) && !outputs.Contains(source))
            {
                producer.Output[producer.Output.IndexOf(source)] = output;
                aliases.Add(source, output);
                removed.Add(cast);
            }
            else
            {
                // An input, an initializer, an outer graph's value, or a value that is an output already: it needs a second name.
                cast.OpType = "Identity";
                cast.Attribute.Clear();
            }
        }

        graph.Node.RemoveWhere(removed.Contains);

        // 3 New names for all readers.
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = Resolve(node.Input[i], aliases);
            }

            foreach (var inner in node.Subgraphs)
            {
                Apply(inner, types, aliases);
            }
        }
    }

    private static Dictionary<string, int> WithTypesOf(GraphProto graph, Dictionary<string, int> outer)
    {
        var types = new Dictionary<string, int>(outer, StringComparer.Ordinal);
        foreach (var value in graph.ValueInfo.Concat(graph.Input).Concat(graph.Output))
        {
            types[value.Name] = value.Type?.TensorType?.ElemType ?? 0;
        }

        foreach (var tensor in graph.Initializer)
        {
            types[tensor.Name] = tensor.DataType;
        }

        foreach (var node in graph.Node)
        {
            if (node.Is("Cast"))
            {
                types[node.Output[0]] = TargetOf(node);
            }
            else if (node.Is("Constant") && node.Attribute is [{ T: { } tensor }])
            {
                types[node.Output[0]] = tensor.DataType;
            }
        }

        return types;
    }

    private static Dictionary<string, NodeProto> ProducersIn(GraphProto graph, HashSet<NodeProto> removed)
    {
        var producers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in graph.Node.Where(node => !removed.Contains(node)))
        {
            foreach (var name in node.Output)
            {
                producers[name] = node;
            }
        }

        return producers;
    }

    private static int TargetOf(NodeProto cast) =>
        (int)(cast.Attribute.FirstOrDefault(attribute => string.Equals(attribute.Name, "to", StringComparison.Ordinal))?.I ?? 0);

    private static string Resolve(string name, Dictionary<string, string> aliases)
    {
        var start = name;
        for (var steps = 0; aliases.TryGetValue(name, out var next); steps++)
        {
            // Without this two Casts of each other would be followed for ever.
            if (steps > aliases.Count)
            {
                throw new ModelException($"The value '{start}' is computed from itself: the ONNX file is damaged.");
            }

            name = next;
        }

        return name;
    }
}
