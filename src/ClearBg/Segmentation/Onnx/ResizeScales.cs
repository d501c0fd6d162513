using System.Globalization;

namespace ClearBg.Segmentation.Onnx;

/// <summary>
/// Gives every Resize constant factors in place of a target size. Exporters write sizes computed from the size they exported at; factors say the
/// same at that size, need no Shape, Slice and Concat around them, and fit any other size too.
/// </summary>
internal static class ResizeScales
{
    /// <summary>
    /// Changes all Resize nodes with a whole factor for height and width that the graph's value types tell; others stay. Sizes are constant, or batch and channels of the
    /// input put before a constant height and width, as PyTorch exports them. What only the sizes needed is left for pruning.
    /// </summary>
    public static void Apply(GraphProto graph)
    {
        var shapes = graph.ValueInfo.Concat(graph.Output).DistinctBy(static value => value.Name, StringComparer.Ordinal)
            .ToDictionary(static value => value.Name, static value => value.Type?.TensorType?.Shape?.Dim, StringComparer.Ordinal);
        var producers = graph.Node.SelectMany(static node => node.Output, static (node, name) => (node, name)).ToDictionary(static pair => pair.name, static pair => pair.node, StringComparer.Ordinal);
        var constants = graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        var made = new Dictionary<string, TensorProto>(StringComparer.Ordinal);
        foreach (var resize in graph.Node.Where(static node => node.Is("Resize") && node.Input.Count == 4 && !node.Attribute.Any(IsOnSizes)))
        {
            if (shapes.GetValueOrDefault(resize.Input[0]) is not [_, _, { DimValue: > 0 and var height }, { DimValue: > 0 and var width }]
                || SizesOf(resize.Input[3]) is not [.., > 0 and var toHeight, > 0 and var toWidth]
                || toHeight % height != 0 || toWidth % width != 0)
            {
                continue;
            }

            float[] factors = [1, 1, toHeight / height, toWidth / width];
            var name = string.Create(CultureInfo.InvariantCulture, $"resize_{toHeight / height}x{toWidth / width}");
            made.TryAdd(name, TensorProto.Of(name, factors, factors.Length));
            resize.Input.RemoveAt(3);
            resize.Input[2] = name;
        }

        // Since operator set 18: sizes of some axes only, or such that the aspect stays, which the output's then need not be.
        static bool IsOnSizes(AttributeProto attribute) => attribute.Name is "axes" or "keep_aspect_ratio_policy";

        long[]? SizesOf(string name) =>
            constants.TryGetValue(name, out var tensor) ? tensor.Integers()
            : !producers.TryGetValue(name, out var node) ? null
            : node.Is("Constant") ? node.Attribute is [{ T: { } value }] ? value.Integers() : null
            : node.Is("Concat") && node.Input.Count == 2 && IsStartOfShape(node.Input[0]) ? SizesOf(node.Input[1])
            : null;

        // Where batch and channels come from matters not: a Resize that changed them would be no picture's.
        bool IsStartOfShape(string name) => producers.TryGetValue(name, out var slice) && slice.Is("Slice") && producers.TryGetValue(slice.Input[0], out var shape) && shape.Is("Shape");

        if (made.Count > 0)
        {
            // The types of values say the exporter's sizes too, and of a Resize's output often a wrong one.
            graph.Initializer.AddRange(made.Values);
            graph.ValueInfo.Clear();
        }
    }
}
