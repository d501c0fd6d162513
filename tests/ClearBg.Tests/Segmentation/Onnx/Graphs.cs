using System.Runtime.InteropServices;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Tests.Segmentation.Onnx;

/// <summary>Small ONNX graphs written by hand. All values are vectors of two elements.</summary>
internal static class Graphs
{
    /// <summary>A model that ONNX Runtime loads.</summary>
    public static ModelProto Model(IEnumerable<ValueInfoProto> inputs, IEnumerable<ValueInfoProto> outputs, IEnumerable<NodeProto> nodes, params TensorProto[] weights)
    {
        var graph = new GraphProto { Name = "test" };
        graph.Input.AddRange(inputs);
        graph.Output.AddRange(outputs);
        graph.Node.AddRange(nodes);
        graph.Initializer.AddRange(weights);
        return new() { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 15 } } };
    }

    /// <summary>matte = x · (0.5, −2) + (1, 0.25) in half floats, with a side output, built like the published ISNet file.</summary>
    public static ModelProto HalfModel()
    {
        var model = Model(
            [Value("x", DataType.Float)],
            [Value("matte", DataType.Float), Value("side", DataType.Float)],
            [
                // As there, the Casts that other nodes need stand last.
                Node("Mul", "xh w", "product"),
                Node("Add", "product b", "sum"),
                Node("Relu", "product", "rectified"),
                Cast("sum", "matte", DataType.Float),
                Cast("rectified", "side", DataType.Float),
                Cast("x", "xh", DataType.Float16),
            ],
            Halves("w", 0.5f, -2), Halves("b", 1, 0.25f));
        string[] halves = ["xh", "product", "sum", "rectified"];
        model.Graph.ValueInfo.Add(halves.Select(name => Value(name, DataType.Float16)));
        return model;
    }

    public static ValueInfoProto Value(string name, DataType type)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 2 } } };
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }

    public static NodeProto Node(string op, string inputs, string outputs) =>
        new() { OpType = op, Name = op + "/" + outputs, Input = { inputs.Split(' ') }, Output = { outputs.Split(' ') } };

    public static NodeProto Cast(string input, string output, DataType to)
    {
        var cast = Node("Cast", input, output);
        cast.Attribute.Add(new AttributeProto { Name = "to", Type = AttributeType.Int, I = (int)to });
        return cast;
    }

    public static TensorProto Halves(string name, params float[] values) => new()
    {
        Name = name,
        DataType = (int)DataType.Float16,
        Dims = { values.Length },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value))),
    };

    public static float[] Floats(TensorProto tensor)
    {
        Assert.Equal((int)DataType.Float, tensor.DataType);
        return MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
    }

    /// <summary>Nodes as text, one a line: <c>outputs = Op(inputs)</c>.</summary>
    public static string Text(GraphProto graph) =>
        string.Join('\n', graph.Node.Select(node => $"{string.Join(' ', node.Output)} = {node.OpType}({string.Join(' ', node.Input)})"));

    /// <summary>Runs the model on <paramref name="x"/>, its one input, of float.</summary>
    public static Dictionary<string, float[]> Run(ModelProto model, params float[] x)
    {
        using var session = new InferenceSession(model.ToByteArray());
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(x, [x.Length]);
        using var results = InferenceThread.RunAsync(() => session.Run(options, session.InputNames, [input], session.OutputNames)).GetAwaiter().GetResult();
        return session.OutputNames.Zip(results).ToDictionary(pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray(), StringComparer.Ordinal);
    }
}
