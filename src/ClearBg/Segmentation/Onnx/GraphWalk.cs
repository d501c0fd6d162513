namespace ClearBg.Segmentation.Onnx;

/// <summary>What every pass over a graph needs: the subgraphs in a node's attributes (If, Loop, Scan), and everything below.</summary>
internal static class GraphWalk
{
    extension(NodeProto node)
    {
        /// <summary>The graphs in the node's attributes, which see the names of the graph that the node stands in.</summary>
        public IEnumerable<GraphProto> Subgraphs =>
            node.Attribute.SelectMany(attribute => attribute.G is { } graph ? attribute.Graphs.Prepend(graph) : attribute.Graphs);

        /// <summary>True for ONNX's own operator of that name, false for another domain's.</summary>
        public bool Is(string op) => string.Equals(node.OpType, op, StringComparison.Ordinal) && node.Domain is "" or "ai.onnx";
    }

    extension(GraphProto graph)
    {
        /// <summary>The graph itself and all graphs in it, outer before inner.</summary>
        public IEnumerable<GraphProto> WithSubgraphs =>
            graph.Node.SelectMany(node => node.Subgraphs).SelectMany(inner => inner.WithSubgraphs).Prepend(graph);
    }
}
