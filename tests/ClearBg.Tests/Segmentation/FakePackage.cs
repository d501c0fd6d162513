using System.Security.Cryptography;
using System.Text.Json;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using ClearBg.Tests.Segmentation.Onnx;
using ClearBg.Tests.Segmentation.Quantization;
using Google.Protobuf;

namespace ClearBg.Tests.Segmentation;

/// <summary>A node_modules folder with a package as the real one is built, but with a model of some hundred bytes, and the manifest that goes with it.</summary>
internal sealed class FakePackage
{
    public const string Name = "@scope/weights";
    private readonly TemporaryFolder _folder;
    private readonly ModelInput _input;

    /// <param name="folder">The package's node_modules and, with 8 bits, the model's folder lie in it.</param>
    /// <param name="model">With an output named matte. <see cref="Graphs.HalfModel"/> when left out.</param>
    public FakePackage(TemporaryFolder folder, ModelProto? model = null)
    {
        _folder = folder;
        model ??= Graphs.HalfModel();
        _input = model.Graph.Input[0].Type.TensorType.Shape.Dim is [_, _, var height, var width]
            ? new(model.Graph.Input[0].Name, (int)width.DimValue, (int)height.DimValue, [128, 128, 128], [128, 128, 128], ModelResize.Squash)
            : new("x", 2, 1, [0, 0, 0], [1, 1, 1], ModelResize.Squash);
        Published = model.ToByteArray();
        Chunks = [.. Published.Chunk(200).Select(bytes => new Chunk(Hash(bytes), bytes))];
        WriteVersion("1.0.0");
        foreach (var chunk in Chunks)
        {
            folder.Write(PathOf(chunk.Hash), chunk.Bytes);
        }

        // Listed backwards: the offsets tell the order, not the list.
        WriteResources([.. Chunks.Select((chunk, i) => (chunk.Hash, i * 200L, i * 200L + chunk.Bytes.Length)).Reverse()]);
    }

    public byte[] Published { get; }

    public IReadOnlyList<Chunk> Chunks { get; }

    public string Modules => _folder["node_modules"];

    public ModelManifest Manifest
    {
        get
        {
            var prepared = Converted(ranges: null);
            var source = new ModelSource(Name, "1.0.0", "/models/tiny", Published.Length, Hash(Published), ModelConversion.Float32, ["matte"]);
            return new(
                "tiny", "Tiny", "MIT", "tiny.onnx", prepared.Length, Hash(prepared),
                _input, new("matte", ModelActivation.None), source);
        }
    }

    /// <summary>The manifest with an 8-bit file, and the ranges that it is made with in the model's folder.</summary>
    public ModelManifest ManifestWithInt8(ActivationRanges ranges)
    {
        var path = _folder.Write(Path.Combine("models", "tiny", "ranges.json"), Network.File(ranges));
        var prepared = Converted(ranges);
        return Manifest with { Folder = Path.GetDirectoryName(path)!, Int8 = new("tiny-int8.onnx", prepared.Length, Hash(prepared), "ranges.json") };
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public string PathOf(string file) => Path.Combine(Modules, Name, "dist", file);

    public void WriteVersion(string version) =>
        _folder.Write(Path.Combine(Modules, Name, "package.json"), JsonSerializer.SerializeToUtf8Bytes(new { name = Name, version }));

    public void WriteResources(params (string Hash, long From, long To)[] chunks)
    {
        var entry = new { chunks = chunks.Select(chunk => new { hash = chunk.Hash, offsets = new[] { chunk.From, chunk.To } }), size = Published.Length, mime = "any" };
        _folder.Write(PathOf("resources.json"), JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal) { ["/models/tiny"] = entry }));
    }

    private byte[] Converted(ActivationRanges? ranges)
    {
        var model = ModelProto.Parser.ParseFrom(Published);
        Float32Conversion.Apply(model, ["matte"]);
        if (ranges is not null)
        {
            Int8Conversion.Apply(model, ranges);
        }

        return model.ToByteArray();
    }

    internal sealed record Chunk(string Hash, byte[] Bytes);
}
