using System.Text;
using System.Text.Json.Nodes;
using ClearBg.Segmentation;

namespace ClearBg.Tests.Segmentation;

public class ModelManifestTests
{
    private const string Valid = """
        {
          // An operator's own model.
          "name": "u2net", "title": "U2-Net", "licence": "Apache-2.0", "file": "u2net.onnx", "bytes": 175997641,
          "sha256": "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
          "input": { "name": "input.1", "width": 320, "height": 320, "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375], "resize": "squash" },
          "output": { "name": "1959", "activation": "minmax" },
        }
        """;

    private const string Source = """
        { "package": "@scope/weights", "version": "1.2.3", "entry": "/models/medium", "bytes": 10,
          "sha256": "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491", "convert": "float32", "outputs": ["1959"] }
        """;

    private const string Int8 = """
        { "file": "u2net-int8.onnx", "bytes": 20, "sha256": "9d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491", "ranges": "ranges.json" }
        """;

    [Fact]
    public void Reads_comments_trailing_commas_and_every_value()
    {
        var manifest = Parse(Valid);

        Assert.Equal(("u2net", "u2net.onnx", 175997641L), (manifest.Name, manifest.File, manifest.Bytes));
        Assert.Equal((320, 320, ModelResize.Squash), (manifest.Input.Width, manifest.Input.Height, manifest.Input.Resize));
        Assert.Equal([58.395f, 57.12f, 57.375f], manifest.Input.Std);
        Assert.Equal(ModelActivation.MinMax, manifest.Output.Activation);
        Assert.Null(manifest.Source);
        Assert.Equal("1959", Assert.Single(manifest.KeptOutputs));
    }

    [Theory]
    [InlineData("name", "\"\"", "name ''")]
    [InlineData("name", "\"U2Net\"", "name 'U2Net'")]
    [InlineData("name", "\"../u2net\"", "name '../u2net'")]
    [InlineData("title", "\" \"", "title")]
    [InlineData("licence", "\"\"", "licence")]
    [InlineData("file", "\"\"", "file ''")]
    [InlineData("file", "\"../u2net.onnx\"", "file '../u2net.onnx'")]
    [InlineData("file", "\"/u2net.onnx\"", "file")]
    [InlineData("file", "\"a\\\\b.onnx\"", "file")]
    [InlineData("file", "\"c:u2net.onnx\"", "file")]
    [InlineData("file", "\"..\"", "file")]
    [InlineData("file", "\"a\\u0000.onnx\"", "file")]
    [InlineData("bytes", "0", "bytes 0")]
    [InlineData("bytes", "2147483648", "bytes 2147483648")]
    [InlineData("sha256", "\"8d10\"", "sha256")]
    [InlineData("sha256", "\"zd10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491\"", "sha256")]
    [InlineData("input.name", "\"\"", "input.name")]
    [InlineData("input.width", "0", "input.width 0")]
    [InlineData("input.height", "4097", "input.height 4097")]
    [InlineData("input.mean", "[1, 2]", "input.mean")]
    [InlineData("input.mean", "[0, 0, 256]", "input.mean")]
    [InlineData("input.mean", "[0, 0, -1]", "input.mean")]
    [InlineData("input.std", "[1, 1, 1, 1]", "input.std")]
    [InlineData("input.std", "[1, 0, 1]", "input.std")]
    [InlineData("input.std", "[1, 1e300, 1]", "input.std")]
    [InlineData("input.resize", "7", "input.resize")]
    [InlineData("output.name", "\"\"", "output.name")]
    [InlineData("output.activation", "7", "output.activation")]
    [InlineData("source.package", "\"../../weights\"", "source.package '../../weights'")]
    [InlineData("source.package", "\"@scope/../weights\"", "source.package")]
    [InlineData("source.version", "\"\"", "source.version")]
    [InlineData("source.entry", "\"\"", "source.entry")]
    [InlineData("source.bytes", "-1", "source.bytes -1")]
    [InlineData("source.sha256", "\"\"", "source.sha256")]
    [InlineData("source.convert", "3", "source.convert")]
    [InlineData("source.outputs", "[\"other\"]", "source.outputs lacks output.name '1959'")]
    [InlineData("source", "null", "int8 needs a source")]
    [InlineData("int8.file", "\"../u2net.onnx\"", "int8.file '../u2net.onnx'")]
    [InlineData("int8.file", "\"\"", "int8.file ''")]
    [InlineData("int8.ranges", "\"../ranges.json\"", "int8.ranges '../ranges.json'")]
    [InlineData("int8.ranges", "\".hidden\"", "int8.ranges '.hidden'")]
    [InlineData("int8.bytes", "0", "int8.bytes 0")]
    [InlineData("int8.bytes", "2147483648", "int8.bytes 2147483648")]
    [InlineData("int8.sha256", "\"9d10\"", "int8.sha256")]
    public void Rejects_a_value_out_of_its_bounds(string property, string value, string mistake)
    {
        var error = Assert.Throws<ModelException>(() => Parse(With(property, value)));
        Assert.Contains($"has 1 mistake(s):\n- {mistake}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("threads", "4", "threads")]
    [InlineData("precision", "\"int8\"", "precision")]
    [InlineData("folder", "\"/tmp\"", "folder")]
    [InlineData("rangesPath", "\"ranges.json\"", "rangesPath")]
    [InlineData("keptOutputs", "[]", "keptOutputs")]
    [InlineData("input.colour", "\"bgr\"", "colour")]
    [InlineData("file", "null", "file")]
    [InlineData("input", "null", "input")]
    [InlineData("input.resize", "\"crop\"", "resize")]
    [InlineData("output.activation", "\"softmax\"", "activation")]
    [InlineData("input.width", "\"wide\"", "width")]
    [InlineData("int8.scales", "[]", "scales")]
    [InlineData("int8.ranges", "null", "ranges")]
    [InlineData("int8", "{}", "ranges")]
    public void Rejects_what_is_no_manifest_and_names_the_property(string property, string value, string named)
    {
        var error = Assert.Throws<ModelException>(() => Parse(With(property, value)));
        Assert.Contains("test is not as it should be", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_all_properties_that_are_missing()
    {
        var error = Assert.Throws<ModelException>(() => Parse("""{ "name": "u2net", "title": "U2-Net" }"""));
        Assert.All(["licence", "file", "bytes", "sha256", "input", "output"], name => Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Reports_all_mistakes_at_once()
    {
        var error = Assert.Throws<ModelException>(() => Parse(Valid.Replace("320", "0", StringComparison.Ordinal).Replace("u2net", "U2 Net", StringComparison.Ordinal)));
        Assert.Contains("has 3 mistake(s)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_8_bits_it_is_the_same_model_with_another_file_and_its_ranges()
    {
        var manifest = Parse(With("title", "\"U2-Net\"")) with { Folder = "/models/u2net" };

        var int8 = manifest.InInt8();

        Assert.Equal((ModelPrecision.Float32, ModelPrecision.Int8), (manifest.Precision, int8.Precision));
        Assert.Equal(("u2net-int8.onnx", 20L), (int8.File, int8.Bytes));
        Assert.StartsWith("9d10", int8.Sha256, StringComparison.Ordinal);
        Assert.Equal((null, Path.Combine("/models/u2net", "ranges.json")), (manifest.RangesPath, int8.RangesPath));
        Assert.Equal(manifest, int8 with { File = manifest.File, Bytes = manifest.Bytes, Sha256 = manifest.Sha256, Precision = ModelPrecision.Float32 });
    }

    [Fact]
    public void The_shipped_manifests_are_valid()
    {
        var catalog = new ModelCatalog(Microsoft.Extensions.Options.Options.Create(new SegmentationOptions()));
        Assert.Contains("isnet", catalog.All().Select(manifest => manifest.Name), StringComparer.Ordinal);
        Assert.True(File.Exists(Path.Combine(catalog.Folder, "isnet", "NOTICE.md")));
    }

    private static ModelManifest Parse(string json) => ModelManifestReader.Parse(Encoding.UTF8.GetBytes(json), "test");

    /// <summary>The valid manifest with a source, an 8-bit file and one property, given by its path, set to other JSON.</summary>
    private static string With(string property, string value)
    {
        var json = JsonNode.Parse(Valid, documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        json["source"] = JsonNode.Parse(Source);
        json["int8"] = JsonNode.Parse(Int8);
        var path = property.Split('.');
        var parent = path.Length == 1 ? json : json[path[0]]!;
        parent[path[^1]] = JsonNode.Parse(value);
        return json.ToJsonString();
    }
}
