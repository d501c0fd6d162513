using System.Runtime.InteropServices;
using ClearBg.Segmentation.Onnx;
using static ClearBg.Segmentation.Bytewise.QuantizedGraph;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// Makes an <see cref="IntegerNetwork"/> of an 8-bit model: Conv with or without Relu, MaxPool and Resize by two, Concat, Add, and at the end a float Conv to one
/// channel, Resize and perhaps Sigmoid. That is what ISNet and its relatives are made of.
/// </summary>
internal sealed class NetworkCompiler
{
    // Of pixels and of channels: a tile's rows, and what a vector of 32-bit integers holds.
    private const int Unit = 16;

    private const int MostPixels = 1 << 14;
    private const int MostChannels = 1 << 16;
    private const long MostBytes = 1L << 32;

    private readonly TileUnit _unit;
    private readonly QuantizedGraph _graph;
    private readonly string _output;
    private readonly Dictionary<string, NetworkTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<(NetworkTensor[] Touched, Func<WeightMemory, NetworkStep> Create)> _operators = [];
    private NetworkTensor? _matte;

    private NetworkCompiler(TileUnit unit, QuantizedGraph graph, string output) => (_unit, _graph, _output) = (unit, graph, output);

    /// <summary>Compiles a model.</summary>
    /// <param name="unit">What multiplies.</param>
    /// <param name="model">The model.</param>
    /// <param name="input">Name of its input.</param>
    /// <param name="shape">Channels, height and width of the input.</param>
    /// <param name="output">Name of the matte.</param>
    /// <param name="obstacle">What it has that tiles can't compute, where the result is null; the end of a sentence.</param>
    public static IntegerNetwork? TryCompile(TileUnit unit, ModelProto model, string input, int[] shape, string output, out string obstacle)
    {
        try
        {
            obstacle = "";
            return new NetworkCompiler(unit, new(model.Graph), output).Compile(input, shape);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Anything may be in a file that was damaged, or that nobody has looked at before.
            obstacle = e is NotSupportedException or ModelException ? e.Message : "what the file holds";
            return null;
        }
    }

    private IntegerNetwork Compile(string input, int[] shape)
    {
        var graph = _graph.Graph;
        var type = graph.Input.Count == 1 && string.Equals(graph.Input[0].Name, input, StringComparison.Ordinal) ? graph.Input[0].Type?.TensorType : null;
        Require(type is { ElemType: (int)DataType.Float, Shape.Dim.Count: 4 }, "another input than the manifest's");

        // Those that the file leaves open are 0.
        Require(type!.Shape.Dim.Zip([1, .. shape]).All(static side => side.First.DimValue == 0 || side.First.DimValue == side.Second), "an input of another shape than the manifest's");
        var picture = Add(input, shape[0], shape[2], shape[1]);
        _operators.Add(([picture], _ => new QuantizeStep(picture.Map)));
        foreach (var node in graph.Node)
        {
            Read(node);
        }

        var matte = _matte ?? throw new NotSupportedException("a matte that no float Conv makes");
        for (var step = 0; step < _operators.Count; step++)
        {
            // Only now is it known which tensors share a buffer.
            Array.ForEach(_operators[step].Touched, tensor => tensor.Take(step));
        }

        var bytes = FeatureArena.Place(_operators.SelectMany(static op => op.Touched).Select(static tensor => tensor.Buffer).Distinct());
        Require(bytes <= MostBytes, "maps of that size");
        var steps = new NetworkStep[_operators.Count];
        var weights = new WeightMemory();
        try
        {
            Parallel.For(0, steps.Length, step => steps[step] = _operators[step].Create(weights));
            return new(_unit, weights, steps, bytes, 2 * matte.Width, 2 * matte.Height);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    private void Read(NodeProto node)
    {
        switch (node.OpType)
        {
            case "Conv":
                ReadConv(node);
                break;
            case "MaxPool":
                var whole = Tensor(node, 0);
                RequireAttributes(node, "kernel_shape", "strides", "pads", "dilations", "ceil_mode");
                Require(
                    Integers(node, "kernel_shape") is [2, 2] && Integers(node, "strides") is [2, 2] && Integers(node, "pads", 0, 0, 0, 0) is [0, 0, 0, 0] && Integers(node, "dilations", 1, 1) is [1, 1]
                    && whole.Width % 2 == 0 && whole.Height % 2 == 0,
                    "a MaxPool of other than pairs of pixels");
                AddOfSameLevels(node, whole, whole.Width / 2, whole.Height / 2, static (input, output) => new MaxPoolStep(input, output));
                break;
            case "Resize" when _graph.LevelsOf(node.Output[0]) is not null:
                var small = Tensor(node, 0);
                RequireDoubling(node);
                AddOfSameLevels(node, small, 2 * small.Width, 2 * small.Height, static (input, output) => new EnlargeStep(input, output));
                break;
            case "Concat":
                Join(node);
                break;
            case "Add":
                var (first, second) = (Tensor(node, 0), Tensor(node, 1));
                Require((first.Channels, first.Width, first.Height) == (second.Channels, second.Width, second.Height), "an Add of different shapes");
                var sum = Add(node.Output[0], first.Channels, first.Width, first.Height);
                RequireUnits(sum);
                _operators.Add(([first, second, sum], _ => new AddStep(first.Map, second.Map, sum.Map)));
                break;
            case "QuantizeLinear" or "DequantizeLinear" or "Relu" or "Resize" or "Sigmoid":
                // They belong to what is before or behind them; what is computed of them elsewhere is no tensor of bytes.
                break;
            default:
                throw new NotSupportedException($"the operator {node.OpType}");
        }
    }

    private void ReadConv(NodeProto node)
    {
        RequireAttributes(node, "kernel_shape", "strides", "dilations", "pads", "group");
        var input = Tensor(node, 0);
        var relu = _graph.ReaderOf(node.Output[0]) is { } reader && reader.Is("Relu") ? reader : null;
        var name = relu?.Output[0] ?? node.Output[0];
        if (_graph.LevelsOf(name) is null)
        {
            ReadMatte(node, input);
            return;
        }

        var (weights, scales) = _graph.Dequantized(Input(node, 1));
        var (biases, biasScales) = _graph.Dequantized(Input(node, 2));
        var kernel = KernelOf(node, weights, input);
        var output = Add(name, (int)weights.Dims[0], kernel.Outputs(input.Width), kernel.Outputs(input.Height));
        RequireUnits(output);
        Require(
            weights.DataType == (int)DataType.Int8 && biases.DataType == (int)DataType.Int32 && scales.Length == output.Channels && biasScales.Length == output.Channels
            && weights.RawData.Length == weights.Dims.Aggregate(1L, static (product, side) => product * side) && biases.RawData.Length == output.Channels * sizeof(int),
            "a Conv of other weights");
        Require(scales.Zip(biasScales).All(pair => Math.Abs((pair.First * input.Scale) - pair.Second) <= 1e-6f * pair.Second), "a bias of another scale than the products'");
        _operators.Add(([input, output], Create));

        NetworkStep Create(WeightMemory memory)
        {
            var values = MemoryMarshal.Cast<byte, sbyte>(weights.RawData.Span);
            var rest = MemoryMarshal.Cast<byte, int>(biases.RawData.Span);
            var (from, to) = (input.Map, output.Map);
            if (_unit.SavesProducts && WinogradConvolution.FilterOf(kernel, values, output.Channels, from) is { } filter)
            {
                var transformed = new WinogradWeights(memory, filter, values, output.Channels, input.Channels);
                return new WinogradConvolution(from, kernel.Dilation, transformed, new(from, transformed.Sums, scales, rest, to, isRectified: relu is not null), to);
            }

            var tiles = new ConvolutionWeights(memory, values, output.Channels, kernel, from);
            return new FeatureConvolution(_unit, from, kernel, tiles, new(from, tiles.Sums, scales, rest, to, isRectified: relu is not null), to);
        }
    }

    private void ReadMatte(NodeProto node, NetworkTensor input)
    {
        var (weights, bias) = (_graph.Constant(Input(node, 1)), _graph.Constant(Input(node, 2)).Floats());
        var kernel = KernelOf(node, weights, input);
        Require(weights.Dims[0] == 1 && bias.Length == 1 && _matte is null, "a float Conv that isn't the matte's");
        var resize = _graph.ReaderOf(node.Output[0]);
        Require(resize is not null && resize.Is("Resize") && string.Equals(resize.Input[0], node.Output[0], StringComparison.Ordinal), "a matte that isn't enlarged");
        RequireDoubling(resize!);
        var end = string.Equals(resize!.Output[0], _output, StringComparison.Ordinal) ? resize : _graph.ReaderOf(resize.Output[0]);
        Require(ReferenceEquals(end, resize) || (end is not null && end.Is("Sigmoid") && string.Equals(end.Output[0], _output, StringComparison.Ordinal)), "a matte with more behind it than a Sigmoid");
        var matte = _matte = new NetworkTensor(sizeof(float), kernel.Outputs(input.Width), kernel.Outputs(input.Height), 1, 0);
        RequireWidth(matte);
        _operators.Add(([input, matte], memory => MatteConvolution.Create(_unit, memory, input.Map, kernel, weights.Floats(), bias[0], matte.Map)));
        _operators.Add(([matte], _ => new MatteStep(matte.Map, hasSigmoid: !ReferenceEquals(end, resize))));
    }

    private void Join(NodeProto node)
    {
        RequireAttributes(node, "axis");
        var parts = node.Input.Select((_, index) => Tensor(node, index)).ToList();
        Require(node.Attribute is [{ I: 1 }] && parts.DistinctBy(static part => (part.Width, part.Height)).Count() == 1, "a Concat of other than channels");
        var whole = Add(node.Output[0], parts.Sum(static part => part.Channels), parts[0].Width, parts[0].Height);
        var offset = 0;
        foreach (var part in parts)
        {
            Require(part.HasLevelsOf(whole) && part.TryJoin(whole, offset), "a Concat that needs copies");
            offset += part.Channels;
        }
    }

    private void AddOfSameLevels(NodeProto node, NetworkTensor input, int width, int height, Func<FeatureMap, FeatureMap, NetworkStep> create)
    {
        var output = Add(node.Output[0], input.Channels, width, height);
        RequireUnits(output);
        Require(output.HasLevelsOf(input), $"a {node.OpType} that changes the scale");
        _operators.Add(([input, output], _ => create(input.Map, output.Map)));
    }

    private NetworkTensor Add(string name, int channels, int width, int height)
    {
        var (scale, zero) = _graph.LevelsOf(name) ?? throw new NotSupportedException($"the float tensor '{name}'");
        var tensor = new NetworkTensor(channels, width, height, scale, zero);
        RequireWidth(tensor);
        return _tensors[name] = tensor;
    }

    private NetworkTensor Tensor(NodeProto node, int input) => _tensors.TryGetValue(_graph.SourceOf(Input(node, input)), out var tensor) ? tensor : throw new NotSupportedException($"what '{node.Name}' reads");

    private static Kernel KernelOf(NodeProto node, TensorProto weights, NetworkTensor input)
    {
        Require(weights.Dims.Count == 4 && weights.Dims[2] == weights.Dims[3] && weights.Dims[1] == input.Channels, "a Conv in groups, or of other than squares");
        var (strides, dilations, pads) = (Integers(node, "strides", 1), Integers(node, "dilations", 1), Integers(node, "pads", 0));
        Require(strides.Distinct().Count() == 1 && dilations.Distinct().Count() == 1 && pads.Distinct().Count() == 1, "a Conv that isn't the same in all directions");
        Require(Integers(node, "kernel_shape", weights.Dims[2], weights.Dims[3]).SequenceEqual(weights.Dims.Skip(2)), "a Conv of another kernel than its weights'");
        long[] numbers = [weights.Dims[3], strides[0], dilations[0], pads[0]];
        var kernel = numbers.All(static number => number is >= 0 and <= int.MaxValue) ? new Kernel((int)numbers[0], (int)numbers[1], (int)numbers[2], (int)numbers[3]) : default;
        Require(kernel.IsUsual, "a Conv of unusual numbers");
        input.Pad(kernel.Padding);
        return kernel;
    }

    private void RequireDoubling(NodeProto node)
    {
        RequireAttributes(node, "mode", "coordinate_transformation_mode", "cubic_coeff_a", "nearest_mode");
        Require(
            node.Input.Count == 3 && _graph.Constant(node.Input[2]).Floats() is [1, 1, 2, 2]
            && node.Attribute.Any(static attribute => attribute.Name is "mode" && attribute.S.ToStringUtf8() is "linear")
            && node.Attribute.All(static attribute => attribute.Name is not "coordinate_transformation_mode" || attribute.S.ToStringUtf8() is "half_pixel"),
            "a Resize that isn't linear to twice the size");
    }

    private static void RequireWidth(NetworkTensor tensor) =>
        Require(tensor.Width is > 0 and <= MostPixels && tensor.Height is > 0 and <= MostPixels && tensor.Width % Unit == 0, $"a map of {tensor.Width} × {tensor.Height} pixels");

    private static void RequireUnits(NetworkTensor tensor) => Require(tensor.Channels is > 0 and <= MostChannels && tensor.Channels % Unit == 0, $"{tensor.Channels} channels");
}
