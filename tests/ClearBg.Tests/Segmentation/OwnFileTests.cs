using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Tests.Segmentation.Onnx;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Segmentation;

/// <summary>Files that the operator brings: in the model's folder, or in place of the published weights.</summary>
public sealed class OwnFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelManifest _manifest;

    public OwnFileTests()
    {
        _manifest = new FakePackage(_folder).Manifest with { Folder = _folder["models", "tiny"] };
        Directory.CreateDirectory(_manifest.Folder);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_in_the_models_folder_is_used_where_it_lies()
    {
        var bytes = Graphs.HalfModel().ToByteArray();
        var path = _folder.Write(Path.Combine("models", "tiny", "tiny.onnx"), bytes);
        var manifest = _manifest with { Source = null, Bytes = bytes.Length, Sha256 = FakePackage.Hash(bytes).ToUpperInvariant() };

        Assert.True(Preparation().IsPrepared(manifest));
        Assert.Equal(path, Preparation().Prepare(manifest));
        Assert.False(Directory.Exists(_folder["cache"]));
    }

    [Fact]
    public void A_missing_file_is_asked_for_by_its_full_path()
    {
        var error = Assert.Throws<ModelException>(() => Preparation().Prepare(_manifest with { Source = null }));
        Assert.EndsWith($"put the ONNX file at {_folder["models", "tiny", "tiny.onnx"]}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_the_manifests_is_refused_with_both_hashes()
    {
        _folder.Write(Path.Combine("models", "tiny", "tiny.onnx"), "other"u8);
        var error = Assert.Throws<ModelException>(() => Preparation().Prepare(_manifest with { Source = null }));
        Assert.Contains(FakePackage.Hash("other"u8), error.Message, StringComparison.Ordinal);
        Assert.Contains(_manifest.Sha256, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_weights_are_converted_once_and_their_hash_is_told()
    {
        var weights = _folder.Write("own.onnx", Graphs.HalfModel().ToByteArray());
        var (preparation, steps) = (Preparation(weights), new Steps());
        Assert.False(preparation.IsPrepared(_manifest));

        var path = preparation.Prepare(_manifest, steps);

        // The same bytes as the published ones, so the same result.
        Assert.Equal(_manifest.Sha256, FileContent.Of(path).Sha256);
        Assert.Contains(FileContent.Of(weights).Sha256, steps.Details[0], StringComparison.Ordinal);
        Assert.Contains(FileContent.Of(weights).Sha256[..16], Path.GetFileName(path), StringComparison.Ordinal);
        steps.Taken.Clear();
        Assert.Equal(path, Preparation(weights).Prepare(_manifest, steps));
        Assert.Equal([PreparationStage.Ready], steps.Taken);
    }

    [Fact]
    public void Own_weights_that_were_prepared_and_damaged_are_made_anew()
    {
        var weights = _folder.Write("own.onnx", Graphs.HalfModel().ToByteArray());
        var path = Preparation(weights).Prepare(_manifest);
        File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);

        Assert.False(Preparation(weights).IsPrepared(_manifest));
        Assert.Equal(_manifest.Sha256, FileContent.Of(Preparation(weights).Prepare(_manifest)).Sha256);
    }

    [Fact]
    public void Other_own_weights_get_another_file()
    {
        var weights = _folder.Write("own.onnx", Graphs.HalfModel().ToByteArray());
        var preparation = Preparation(weights);
        var first = preparation.PathOf(_manifest);
        var other = Graphs.HalfModel();
        other.ProducerName = "another export";
        File.WriteAllBytes(weights, other.ToByteArray());

        Assert.NotEqual(first, preparation.PathOf(_manifest), StringComparer.Ordinal);
    }

    [Fact]
    public void Other_outputs_of_the_same_own_weights_get_another_file()
    {
        var preparation = Preparation(_folder.Write("own.onnx", Graphs.HalfModel().ToByteArray()));
        var (matte, side) = (_manifest with { Source = null }, _manifest with { Source = null, Output = _manifest.Output with { Name = "side" } });

        var (first, second) = (preparation.Prepare(matte), preparation.Prepare(side));

        Assert.NotEqual(first, second, StringComparer.Ordinal);
        Assert.Equal("side", Assert.Single(ModelProto.Parser.ParseFrom(File.ReadAllBytes(second)).Graph.Output).Name);
        Assert.True(preparation.IsPrepared(matte) && preparation.IsPrepared(side));
    }

    /// <summary>When this fails, the conversion has changed: raise <see cref="Float32Conversion.Version"/> with it, or files prepared before stay in use.</summary>
    [Fact]
    public void Another_result_of_the_conversion_is_another_version_of_it() =>
        Assert.Equal((1, "112af689349a813e"), (Float32Conversion.Version, _manifest.Sha256[..16]));

    [Fact]
    public void Own_weights_replace_only_the_configured_model()
    {
        var weights = _folder.Write("own.onnx", Graphs.HalfModel().ToByteArray());
        Assert.DoesNotContain("own", Path.GetFileName(Preparation(weights).PathOf(_manifest with { Name = "isnet" })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no protocol buffer at all", "is not an ONNX file")]
    [InlineData("", "holds no graph")]
    public void Own_weights_that_are_no_model_are_refused(string content, string reason)
    {
        var weights = _folder.Write("own.onnx", System.Text.Encoding.UTF8.GetBytes(content));
        var error = Assert.Throws<ModelException>(() => Preparation(weights).Prepare(_manifest));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Malformations => [.. Malformed.Keys];

    private static readonly Dictionary<string, Action<GraphProto>> Malformed = new(StringComparer.Ordinal)
    {
        ["two nodes with the same output"] = static graph => graph.Node.Add(Graphs.Node("Relu", "x", "sum")),
        ["a Cast without input"] = static graph => graph.Node.Single(static node => node.Output[0].Equals("matte", StringComparison.Ordinal)).Input.Clear(),
        ["two Casts of each other"] = static graph =>
        {
            graph.Node[^1].Input[0] = "again";
            graph.Node.Add(Graphs.Cast("xh", "again", TensorProto.Types.DataType.Float));
        },
        ["a sparse initializer without values"] = static graph => graph.SparseInitializer.Add(new SparseTensorProto()),
        ["dimensions beyond all numbers"] = static graph => graph.Initializer[0].Dims.Add([long.MaxValue, long.MaxValue]),
    };

    [Theory]
    [MemberData(nameof(Malformations))]
    public void Own_weights_that_are_malformed_are_refused_without_a_stack_trace(string how)
    {
        var model = Graphs.HalfModel();
        Malformed[how](model.Graph);
        var weights = _folder.Write("own.onnx", model.ToByteArray());

        var error = Assert.Throws<ModelException>(() => Preparation(weights).Prepare(_manifest));

        Assert.DoesNotContain("   at ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_own_weights_are_named_with_their_setting()
    {
        var error = Assert.Throws<ModelException>(() => Preparation(_folder["absent.onnx"]).Prepare(_manifest));
        Assert.Contains("absent.onnx", error.Message, StringComparison.Ordinal);
        Assert.Contains("Segmentation:Weights", error.Message, StringComparison.Ordinal);
    }

    private ModelPreparation Preparation(string? weights = null) =>
        new(Options.Create(new SegmentationOptions { Model = "tiny", Cache = _folder["cache"], Weights = weights }));
}
