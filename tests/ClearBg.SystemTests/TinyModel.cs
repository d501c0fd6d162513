using System.Security.Cryptography;
using System.Text.Json;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using Google.Protobuf;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.SystemTests;

/// <summary>A model of some hundred bytes that takes brightness for coverage, where what is tested is not how well a subject is cut out.</summary>
internal static class TinyModel
{
    private const string Name = "brightness";
    private const int Side = 64;

    /// <summary>Writes the model's folder as an operator would, and gives the settings that make a gateway use it.</summary>
    public static (string Name, string Value)[] Write(TemporaryFolder folder)
    {
        var bytes = Graph().ToByteArray();
        var manifest = new ModelManifest(
            Name, "Brightness", "MIT", "brightness.onnx", bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)),
            new ModelInput("picture", Side, Side, [0, 0, 0], [255, 255, 255], ModelResize.Squash), new ModelOutput("matte", ModelActivation.None));
        Directory.CreateDirectory(folder["models", Name]);
        File.WriteAllBytes(folder["models", Name, manifest.File], bytes);
        File.WriteAllBytes(folder["models", Name, ModelManifest.FileName], JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest));
        return [("Segmentation__Model", Name), ("Segmentation__Folder", folder["models"])];
    }

    private static ModelProto Graph()
    {
        var mean = new NodeProto { OpType = "ReduceMean", Name = "mean", Input = { "picture" }, Output = { "matte" } };
        mean.Attribute.Add(new AttributeProto { Name = "axes", Type = AttributeType.Ints, Ints = { 1 } });
        mean.Attribute.Add(new AttributeProto { Name = "keepdims", Type = AttributeType.Int, I = 1 });
        return new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Version = 15 } },
            Graph = new GraphProto { Name = Name, Node = { mean }, Input = { Tensor("picture", 3) }, Output = { Tensor("matte", 1) } },
        };
    }

    private static ValueInfoProto Tensor(string name, int channels)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(new long[] { 1, channels, Side, Side }.Select(static length => new TensorShapeProto.Types.Dimension { DimValue = length }));
        return new ValueInfoProto { Name = name, Type = new() { TensorType = new() { ElemType = (int)DataType.Float, Shape = shape } } };
    }
}
