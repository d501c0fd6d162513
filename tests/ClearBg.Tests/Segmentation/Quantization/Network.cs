using System.Text;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Tests.Segmentation.Quantization;

/// <summary>Small convolutional networks whose weights follow a formula.</summary>
internal static class Network
{
    /// <summary>One of each operator that flows in 8 bits, from <c>picture</c> [1, 3, 8, 8] to <c>matte</c> [1, 1, 8, 8].</summary>
    public static ModelProto Small() => Model(
        [Tensor("picture", 1, 3, 8, 8)],
        [Tensor("matte", 1, 1, 8, 8)],
        [
            Conv("picture w1 b1", "c1", 3), Node("Relu", "c1", "r1"), MaxPool("r1", "p"),
            Conv("p w2 b2", "c2", 3), Node("Relu", "c2", "r2"), Resize("r2  twice", "u"),
            Node("Concat", "r1 u", "cat").With("axis", 1), Conv("cat w3 b3", "c3", 1), Node("Relu", "c3", "r3"),
            Node("Add", "r3 r1", "sum"), Conv("sum w4 b4", "logits", 3), Node("Sigmoid", "logits", "matte"),
        ],
        Weights("w1", 0.2f, 4, 3, 3, 3), Weights("b1", 0.1f, 4), Weights("w2", 0.15f, 4, 4, 3, 3), Weights("b2", 0.2f, 4),
        Weights("w3", 0.3f, 4, 8, 1, 1), Weights("b3", 0.1f, 4), Weights("w4", 0.2f, 1, 4, 3, 3), Weights("b4", 0.3f, 1),
        TensorProto.Of("twice", [1f, 1, 2, 2], 4));

    /// <summary>A picture for <see cref="Small"/>, of values from −1 to 1.</summary>
    public static float[] Picture(int seed = 0) => [.. Enumerable.Range(0, 3 * 8 * 8).Select(i => (((i * 29) + (i / 8 * 7) + (seed * 11)) % 65 / 32f) - 1)];

    public static ValueInfoProto Tensor(string name, params long[] sides)
    {
        var shape = new TensorShapeProto { Dim = { sides.Select(static side => new TensorShapeProto.Types.Dimension { DimValue = side }) } };
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)DataType.Float, Shape = shape } } };
    }

    /// <summary>Values that look like noise, from −<paramref name="reach"/> to <paramref name="reach"/>.</summary>
    public static TensorProto Weights(string name, float reach, params long[] dimensions)
    {
        var count = dimensions.Aggregate(1L, static (product, side) => product * side);
        var start = name.Sum(static letter => letter);
        return TensorProto.Of(name, [.. Enumerable.Range(start, (int)count).Select(i => reach * ((i * 37 % 101 / 50f) - 1))], dimensions);
    }

    /// <summary>A Conv that keeps height and width.</summary>
    public static NodeProto Conv(string inputs, string output, int kernel)
    {
        var (side, edge) = (Node("Conv", inputs, output), kernel / 2);
        side.Attribute.Add(Ints("kernel_shape", kernel, kernel));
        side.Attribute.Add(Ints("pads", edge, edge, edge, edge));
        return side;
    }

    public static NodeProto MaxPool(string input, string output)
    {
        var pool = Node("MaxPool", input, output);
        pool.Attribute.Add(Ints("kernel_shape", 2, 2));
        pool.Attribute.Add(Ints("strides", 2, 2));
        return pool;
    }

    public static NodeProto Resize(string inputs, string output)
    {
        var resize = Node("Resize", inputs, output);
        resize.Attribute.Add(new AttributeProto { Name = "mode", Type = AttributeType.String, S = ByteString.CopyFromUtf8("linear") });
        return resize;
    }

    public static NodeProto With(this NodeProto node, string name, long value)
    {
        node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeType.Int, I = value });
        return node;
    }

    /// <summary>Runs the model on <paramref name="x"/>, its one input, of the shape that the file says. Unoptimized, every node runs as it stands, in float.</summary>
    public static Dictionary<string, float[]> Values(ModelProto model, float[] x, bool optimized = false)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            GraphOptimizationLevel = optimized ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
        };
        using var session = new InferenceSession(model.ToByteArray(), options);
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(x, [.. model.Graph.Input[0].Type.TensorType.Shape.Dim.Select(static side => side.DimValue)]);
        using var results = InferenceThread.RunAsync(() => session.Run(run, session.InputNames, [input], session.OutputNames)).GetAwaiter().GetResult();
        return session.OutputNames.Zip(results).ToDictionary(static pair => pair.First, static pair => pair.Second.GetTensorDataAsSpan<float>().ToArray(), StringComparer.Ordinal);
    }

    /// <summary>The values of every tensor that a node makes, and of the input.</summary>
    public static Dictionary<string, float[]> AllValues(ModelProto model, float[] x)
    {
        var all = model.Clone();
        all.Graph.Output.Clear();
        all.Graph.Output.AddRange(all.Graph.Node.SelectMany(static node => node.Output).Select(static name => new ValueInfoProto { Name = name }));
        var values = Values(all, x);
        values.Add(all.Graph.Input[0].Name, x);
        return values;
    }

    /// <summary>What the model's measured tensors reach to on <paramref name="x"/>, without clipping.</summary>
    public static ActivationRanges RangesOn(ModelProto model, float[] x)
    {
        var values = AllValues(model, x);
        return Ranges([.. new QuantizationPlan(model.Graph).Measured.Select(tensor => (tensor, Math.Min(0, values[tensor].Min()), Math.Max(0, values[tensor].Max())))]);
    }

    public static ActivationRanges Ranges(params (string Tensor, float Least, float Greatest)[] ranges) =>
        new(1, 100, new(ranges.ToDictionary(static range => range.Tensor, static range => new[] { range.Least, range.Greatest }, StringComparer.Ordinal), StringComparer.Ordinal));

    public static byte[] File(ActivationRanges ranges) => Encoding.UTF8.GetBytes(ranges.ToJson());

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Type = AttributeType.Ints, Ints = { values } };
}
