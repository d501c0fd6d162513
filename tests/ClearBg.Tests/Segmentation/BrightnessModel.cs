using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Tests.Segmentation.Onnx;
using Google.Protobuf;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Tests.Segmentation;

/// <summary>
/// A model of a few hundred bytes that takes brightness for coverage: matte = scale · mean(channels) + offset, in the columns that it sees. It never ends on a picture that is
/// nowhere darker than nine tenths: so a test can be sure to meet an inference that is running.
/// </summary>
internal sealed record BrightnessModel
{
    public string Name { get; init; } = "brightness";

    public string Input { get; init; } = "picture";

    public string Output { get; init; } = "matte";

    public int Width { get; init; } = 64;

    public int Height { get; init; } = 64;

    /// <summary>Leaves the sides out of the graph's shapes.</summary>
    public bool IsDynamic { get; init; }

    /// <summary>[1, height, width] rather than [1, 1, height, width].</summary>
    public bool IsFlat { get; init; }

    /// <summary>Mattes in the output, [1, channels, height, width]; how many, the graph computes and its shapes can't say.</summary>
    public int Channels { get; init; } = 1;

    public float Scale { get; init; } = 1;

    public float Offset { get; init; }

    /// <summary>Columns from the left in which it sees anything; null for all. A mirrored picture shows it what it missed.</summary>
    public int? Seen { get; init; }

    public float[] Mean { get; init; } = [0, 0, 0];

    public float[] Std { get; init; } = [255, 255, 255];

    public ModelResize Resize { get; init; } = ModelResize.Squash;

    public ModelActivation Activation { get; init; } = ModelActivation.None;

    /// <summary>Writes the model's folder below <paramref name="folder"/>, as an operator would, and gives its manifest.</summary>
    public ModelManifest Write(TemporaryFolder folder)
    {
        var bytes = Graph().ToByteArray();
        var manifest = new ModelManifest(
            Name, "Brightness", "MIT", "brightness.onnx", bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)),
            new(Input, Width, Height, Mean, Std, Resize), new(Output, Activation)) { Folder = folder["models", Name] };
        folder.Write(Path.Combine("models", Name, "brightness.onnx"), bytes);
        folder.Write(Path.Combine("models", Name, ModelManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest));
        return manifest;
    }

    public ModelProto Graph()
    {
        var mean = Graphs.Node("ReduceMean", Input, "grey");
        mean.Attribute.Add(new AttributeProto { Name = "axes", Type = AttributeType.Ints, Ints = { 1 } });
        mean.Attribute.Add(Int("keepdims", IsFlat ? 0 : 1));
        var least = Graphs.Node("ReduceMin", Input, "least");
        least.Attribute.Add(Int("keepdims", 0));
        var loop = Graphs.Node("Loop", "trips go zero", "counted");
        loop.Attribute.Add(new AttributeProto { Name = "body", Type = AttributeType.Graph, G = Body() });
        long?[] sides = IsDynamic ? [null, null] : [Height, Width];
        long? channels = IsDynamic ? null : Channels;
        return Graphs.Model(
            [Tensor(Input, DataType.Float, [1, 3, .. sides])],
            [Tensor(Output, DataType.Float, IsFlat ? [1, .. sides] : [1, channels, .. sides])],
            [
                mean, least,
                Graphs.Node("Sub", "least bright", "over"), Graphs.Node("Mul", "over many", "wanted"), Graphs.Cast("wanted", "trips", DataType.Int64), loop,
                Graphs.Node("Mul", "counted zero", "nothing"), Graphs.Node("Mul", "grey scale", "scaled"), Graphs.Node("Add", "scaled offset", "shifted"),
                Graphs.Node("Mul", "shifted sight", "seen"),
                Graphs.Node("Add", "seen nothing", "one"), Graphs.Node("Add", "nothing copies", "wished"), Graphs.Cast("wished", "times", DataType.Int64),
                Graphs.Node("Tile", "one times", Output),
            ],
            Scalar("bright", (229.5f - Mean[0]) / Std[0]), Scalar("many", 1e12f), Scalar("zero", 0), Scalar("scale", Scale), Scalar("offset", Offset),
            Seen is { } columns ? Floats("sight", [.. Enumerable.Range(0, Width).Select(x => x < columns ? 1f : 0)]) : Scalar("sight", 1),
            Floats("copies", IsFlat ? [1, 1, 1] : [1, Channels, 1, 1]),
            new TensorProto { Name = "go", DataType = (int)DataType.Bool, RawData = ByteString.CopyFrom(1) });
    }

    private static GraphProto Body()
    {
        var body = new GraphProto { Name = "body" };
        body.Input.AddRange([Tensor("turn", DataType.Int64), Tensor("going", DataType.Bool), Tensor("count", DataType.Float)]);
        body.Output.AddRange([Tensor("goes", DataType.Bool), Tensor("next", DataType.Float)]);
        body.Initializer.Add(Scalar("one", 1));
        body.Node.AddRange([Graphs.Node("Identity", "going", "goes"), Graphs.Node("Add", "count one", "next")]);
        return body;
    }

    private static ValueInfoProto Tensor(string name, DataType type, params long?[] sides)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(sides.Select(static (side, i) => side is { } known
            ? new TensorShapeProto.Types.Dimension { DimValue = known }
            : new TensorShapeProto.Types.Dimension { DimParam = $"side{i}" }));
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }

    private static TensorProto Scalar(string name, float value) => new()
    {
        Name = name,
        DataType = (int)DataType.Float,
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes([value])),
    };

    private static TensorProto Floats(string name, params float[] values) => new()
    {
        Name = name,
        DataType = (int)DataType.Float,
        Dims = { values.Length },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
    };

    private static AttributeProto Int(string name, int value) => new() { Name = name, Type = AttributeType.Int, I = value };
}
