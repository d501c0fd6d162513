using ClearBg.Segmentation.Onnx;

namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// Divides channels of a float network by factors and multiplies what reads them by the same, in the weights: the network computes what it did, and the channels
/// of a tensor, which share one scale in 8 bits, reach equally far (Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction,
/// ICCV 2019, section 4.1; here with measured activations and, as weights have a scale for each channel, for those alone).
/// </summary>
internal static class ChannelScaling
{
    /// <summary>The largest step either way, a factor of 2²⁵: the products stay floats.</summary>
    public const int Most = 25 * StepsInOctave;

    private const int StepsInOctave = 4;

    // Not Math.Pow, whose last digit is each machine's own.
    private static readonly float[] Fractions = [1, 1.1892071f, 1.4142135f, 1.6817928f];

    /// <summary>2 to the power of quarters: the factor of a step, the same on every machine.</summary>
    public static float Factor(int step) => MathF.ScaleB(Fractions[step & (StepsInOctave - 1)], step >> 2);

    /// <summary>The step whose factor is nearest.</summary>
    /// <param name="factor">Above 0.</param>
    public static int Step(double factor) => (int)Math.Clamp(Math.Round(Math.Log2(factor) * StepsInOctave), -Most, Most);

    /// <summary>Scales the weights and biases of a graph.</summary>
    /// <param name="graph">Nodes in order, weights among the initializers.</param>
    /// <param name="scales">For each Conv with channels that may be scaled, by its output's name: by how many steps each output channel is made smaller.</param>
    /// <exception cref="ModelException">They are for another model.</exception>
    public static void Apply(GraphProto graph, IReadOnlyDictionary<string, int[]> scales)
    {
        var groups = new ChannelGroups(graph);
        var steps = Steps(graph, groups, scales);
        var constants = graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        foreach (var conv in graph.Node.Where(static node => node.Is("Conv")))
        {
            int[] from = [.. groups.Of(conv.Input[0]).Select(group => steps[group])];
            int[] to = [.. groups.Of(conv.Output[0]).Select(group => steps[group])];
            if (from.Concat(to).All(static step => step == 0))
            {
                continue;
            }

            // New tensors, named after the Conv: another one may share the old ones.
            var weights = constants[conv.Input[1]];
            replaced.UnionWith(conv.Input.Skip(1));
            conv.Input[1] = conv.Output[0] + "_scaled_weights";
            graph.Initializer.Add(TensorProto.Of(conv.Input[1], Weights(conv, weights, from, to), [.. weights.Dims]));
            if (conv.Input.Count > 2 && to.Length > 0)
            {
                var bias = constants[conv.Input[2]].Floats();
                conv.Input[2] = conv.Output[0] + "_scaled_bias";
                graph.Initializer.Add(TensorProto.Of(conv.Input[2], [.. bias.Zip(to, static (value, step) => value * Factor(-step))], bias.Length));
            }
        }

        // What nobody else reads. Old files list it among the inputs too.
        replaced.ExceptWith(graph.WithSubgraphs.SelectMany(static inner => inner.Node).SelectMany(static node => node.Input));
        graph.Initializer.RemoveWhere(tensor => replaced.Contains(tensor.Name));
        graph.Input.RemoveWhere(input => replaced.Contains(input.Name));
    }

    /// <summary>The Convs of a graph that <see cref="Apply"/> wants scales for.</summary>
    public static IEnumerable<NodeProto> Scalable(GraphProto graph, ChannelGroups groups) =>
        graph.Node.Where(node => node.Is("Conv") && groups.IsScalable(node.Output[0]));

    private static Dictionary<int, int> Steps(GraphProto graph, ChannelGroups groups, IReadOnlyDictionary<string, int[]> scales)
    {
        var steps = new Dictionary<int, int> { [ChannelGroups.Fixed] = 0 };
        foreach (var conv in Scalable(graph, groups))
        {
            var channels = groups.Of(conv.Output[0]);
            if (!scales.TryGetValue(conv.Output[0], out var own) || own.Length != channels.Length || channels.Zip(own).Any(pair => !steps.TryAdd(pair.First, pair.Second) && steps[pair.First] != pair.Second))
            {
                throw new ModelException(
                    $"The activation ranges lack scales that fit the {channels.Length} channels of the Conv '{conv.Output[0]}': they were measured on another model. Run 'ClearBg models calibrate' on this one.");
            }
        }

        return steps;
    }

    private static float[] Weights(NodeProto conv, TensorProto tensor, int[] from, int[] to)
    {
        var (values, shape) = (tensor.Floats(), ConvShape.Of(conv, tensor));
        for (var i = 0; i < values.Length; i++)
        {
            values[i] *= Factor((from.Length == 0 ? 0 : from[shape.Input(i)]) - (to.Length == 0 ? 0 : to[shape.Output(i)]));
        }

        return values;
    }
}
