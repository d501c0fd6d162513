using System.Security.Cryptography;
using System.Text.Json;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Tests.Segmentation.Onnx;
using Google.Protobuf;

namespace ClearBg.Tests.Segmentation;

/// <summary>A node_modules folder with a package as the real one is built, but with a model of some hundred bytes, and the manifest that goes with it.</summary>
internal sealed class FakePackage
{
    public const string Name = "@scope/weights";
    private readonly TemporaryFolder _folder;

    public FakePackage(TemporaryFolder folder)
    {
        _folder = folder;
        Published = Graphs.HalfModel().ToByteArray();
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
            var model = Graphs.HalfModel();
            Float32Conversion.Apply(model, ["matte"]);
            var prepared = model.ToByteArray();
            var source = new ModelSource(Name, "1.0.0", "/models/tiny", Published.Length, Hash(Published), ModelConversion.Float32, ["matte"]);
            return new(
                "tiny", "Tiny", "MIT", "tiny.onnx", prepared.Length, Hash(prepared),
                new("x", 2, 1, [0, 0, 0], [1, 1, 1], ModelResize.Squash), new("matte", ModelActivation.None), source);
        }
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

    internal sealed record Chunk(string Hash, byte[] Bytes);
}
