namespace ClearBg.Segmentation.Onnx;

/// <summary>Takes everything out of a graph that the wanted outputs don't need. Training graphs carry side outputs that a runtime computes and keeps in memory.</summary>
internal static class OutputPruning
{
    /// <summary>Keeps only <paramref name="outputs"/>, in the graph's own order, and what they are computed from. Real inputs stay even when unused: callers feed them by name.</summary>
    /// <exception cref="ModelException">The graph lacks one of the outputs.</exception>
    public static void Keep(GraphProto graph, IReadOnlyCollection<string> outputs)
    {
        var wanted = outputs.ToHashSet(StringComparer.Ordinal);
        var present = graph.Output.Select(output => output.Name).ToList();
        if (wanted.Except(present, StringComparer.Ordinal).ToList() is [_, ..] missing)
        {
            throw new ModelException($"The model has no output '{string.Join("', '", missing)}'. Its outputs are: {string.Join(", ", present)}.");
        }

        graph.Output.RemoveWhere(output => !wanted.Contains(output.Name));

        var (nodes, values) = NeededFor(wanted, graph);
        graph.Node.RemoveWhere(node => !nodes.Contains(node));
        // Before IR version 4 every initializer stood among the inputs too: such an entry goes with its initializer.
        var dropped = graph.Initializer.RemoveWhere(tensor => !values.Contains(tensor.Name)).Select(tensor => tensor.Name)
            .Concat(graph.SparseInitializer.RemoveWhere(sparse => !values.Contains(sparse.Values.Name)).Select(sparse => sparse.Values.Name))
            .ToHashSet(StringComparer.Ordinal);
        graph.Input.RemoveWhere(input => dropped.Contains(input.Name));
        graph.ValueInfo.RemoveWhere(value => !values.Contains(value.Name));
        graph.QuantizationAnnotation.RemoveWhere(annotation => !values.Contains(annotation.TensorName));
    }

    // Backwards from the outputs. Nodes need not be in order, so each value's producer is looked up.
    private static (HashSet<NodeProto> Nodes, HashSet<string> Values) NeededFor(HashSet<string> outputs, GraphProto graph)
    {
        var producers = graph.Node
            .SelectMany(node => node.Output.Where(name => name.Length > 0), (node, name) => (node, name))
            .ToDictionary(pair => pair.name, pair => pair.node, StringComparer.Ordinal);
        var nodes = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var values = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>(outputs);
        while (pending.TryPop(out var name))
        {
            if (!values.Add(name) || !producers.TryGetValue(name, out var node) || !nodes.Add(node))
            {
                continue;
            }

            // All outputs of a needed node have a type to keep, and a subgraph uses values of this graph without listing them as inputs.
            values.UnionWith(node.Output);
            var inner = node.Subgraphs.SelectMany(subgraph => subgraph.WithSubgraphs).SelectMany(subgraph => subgraph.Node).SelectMany(within => within.Input);
            foreach (var input in node.Input.Concat(inner))
            {
                pending.Push(input);
            }
        }

        return (nodes, values);
    }
}
