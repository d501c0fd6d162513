using ClearBg.Segmentation.Onnx;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;

namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// Static post-training quantization in ONNX's QDQ form (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html): every tensor of the
/// flow passes a QuantizeLinear and DequantizeLinear (unsigned, one scale a tensor), and weights come out of a DequantizeLinear (signed, one scale an output
/// channel). ONNX Runtime makes integer operators of each DequantizeLinear – operator – QuantizeLinear. The same float graph and ranges give the same bytes
/// on every machine.
/// </summary>
internal sealed class Int8Conversion
{
    private readonly GraphProto _graph;
    private readonly QuantizationPlan _plan;
    private readonly ActivationRanges _measured;
    private readonly IReadOnlyDictionary<string, ActivationRange> _ranges;
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly List<NodeProto> _nodes = [];
    private readonly HashSet<string> _replaced = new(StringComparer.Ordinal);

    private Int8Conversion(GraphProto graph, QuantizationPlan plan, ActivationRanges measured)
    {
        (_graph, _plan, _measured) = (graph, plan, measured);
        _ranges = plan.Apply(measured);
        _constants = ConstantsOf(graph);
    }

    /// <summary>Converts a float model in place.</summary>
    /// <exception cref="ModelException">A range or scale is missing, or <see cref="Check"/> refuses the model.</exception>
    public static void Apply(ModelProto model, ActivationRanges ranges)
    {
        var plan = new QuantizationPlan(model.Graph);
        Check(model, plan);
        if (ranges.Scales is { } scales)
        {
            ChannelScaling.Apply(model.Graph, scales);
        }

        new Int8Conversion(model.Graph, plan, ranges).Run();
    }

    /// <summary>Refuses a float model that no ranges could convert, before minutes are spent on measuring them.</summary>
    /// <exception cref="ModelException">Its operator set is older than QuantizeLinear by channel (13), its nodes are not in order, or a Conv's weights or bias are computed or left out.</exception>
    public static void Check(ModelProto model, QuantizationPlan plan)
    {
        if (!model.OpsetImport.Any(static set => set.Domain is "" or "ai.onnx" && set.Version >= 13))
        {
            throw new ModelException("The model's operator set is older than 13 and cannot be quantized by channel. Export it with a newer one.");
        }

        var known = model.Graph.Input.Select(static input => input.Name).Concat(model.Graph.Initializer.Select(static tensor => tensor.Name)).Append("").ToHashSet(StringComparer.Ordinal);
        foreach (var node in model.Graph.Node)
        {
            // As the format demands, and what every pass here goes by.
            if (node.Input.FirstOrDefault(input => !known.Contains(input)) is { } unknown)
            {
                throw new ModelException($"The node '{node.Name}' reads '{unknown}', which nothing before it makes: the model's nodes are not in order.");
            }

            known.UnionWith(node.Output);
        }

        var constants = ConstantsOf(model.Graph);
        var conv = model.Graph.Node.FirstOrDefault(node => plan.IsInteger(node) && (node.Input.Count != 3 || !node.Input.Skip(1).All(constants.ContainsKey)));
        if (conv is not null)
        {
            throw new ModelException($"The Conv '{conv.Name}' has no constant weights and bias, so its weights cannot be quantized.");
        }
    }

    private void Run()
    {
        foreach (var input in _graph.Input)
        {
            Quantize(input.Name);
        }

        foreach (var node in _graph.Node)
        {
            var inputs = QuantizationPlan.ActivationsOf(node);
            if (_plan.IsInteger(node))
            {
                QuantizeWeights(node, _ranges[inputs[0]]);
            }

            for (var i = 0; i < inputs.Length; i++)
            {
                node.Input[i] = _ranges.ContainsKey(inputs[i]) ? Dequantized(inputs[i]) : inputs[i];
            }

            _nodes.Add(node);
            foreach (var output in node.Output)
            {
                Quantize(output);
            }
        }

        _graph.Node.Clear();
        _graph.Node.AddRange(_nodes);

        // A Conv that stays float may share its weights or bias with one that doesn't.
        _replaced.ExceptWith(_graph.WithSubgraphs.SelectMany(static graph => graph.Node).SelectMany(static node => node.Input));
        _graph.Initializer.RemoveWhere(tensor => _replaced.Contains(tensor.Name));
        _graph.ValueInfo.Clear();
    }

    private static Dictionary<string, TensorProto> ConstantsOf(GraphProto graph) => graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);

    private static string Dequantized(string tensor) => tensor + "_dequantized";

    private void Quantize(string tensor)
    {
        if (!_ranges.TryGetValue(tensor, out var range))
        {
            return;
        }

        var (scale, zero, levels) = (tensor + "_scale", tensor + "_zero_point", tensor + "_quantized");
        _graph.Initializer.Add(TensorProto.Of(scale, [range.Scale]));
        _graph.Initializer.Add(TensorProto.Of(zero, [range.ZeroPoint]));
        _nodes.Add(new() { OpType = "QuantizeLinear", Name = tensor + "/QuantizeLinear", Input = { tensor, scale, zero }, Output = { levels } });
        _nodes.Add(new() { OpType = "DequantizeLinear", Name = tensor + "/DequantizeLinear", Input = { levels, scale, zero }, Output = { Dequantized(tensor) } });
    }

    private void QuantizeWeights(NodeProto conv, ActivationRange input)
    {
        var (weights, bias) = (_constants[conv.Input[1]], _constants[conv.Input[2]]);
        var outputs = (int)weights.Dims[0];
        var quantized = QuantizedConv.Of(weights.Floats(), outputs);
        var (levels, scales) = quantized.Bias(bias.Floats(), input.Scale, _measured.CorrectionsOf(conv.Output[0], outputs));
        _replaced.UnionWith([weights.Name, bias.Name]);

        // Named after the Conv: two of them may share a tensor, but a bias has the scale of its own Conv's input.
        var name = conv.Output[0];
        conv.Input[1] = DequantizeConstant(name + "_weights", scale: quantized.Scales, levels: n => TensorProto.Of(n, quantized.Weights, [.. weights.Dims]), zero: n => TensorProto.Of(n, new sbyte[outputs], outputs));
        conv.Input[2] = DequantizeConstant(name + "_bias", scale: scales, levels: n => TensorProto.Of(n, levels, outputs), zero: n => TensorProto.Of(n, new int[outputs], outputs));
    }

    private string DequantizeConstant(string name, float[] scale, Func<string, TensorProto> levels, Func<string, TensorProto> zero)
    {
        TensorProto[] inputs = [levels(name + "_quantized"), TensorProto.Of(name + "_scale", scale, scale.Length), zero(name + "_zero_point")];
        _graph.Initializer.AddRange(inputs);
        _nodes.Add(new()
        {
            OpType = "DequantizeLinear",
            Name = name + "/DequantizeLinear",
            Input = { inputs.Select(static input => input.Name) },
            Output = { Dequantized(name) },
            Attribute = { new AttributeProto { Name = "axis", Type = AttributeType.Int, I = 0 } },
        });
        return Dequantized(name);
    }
}
