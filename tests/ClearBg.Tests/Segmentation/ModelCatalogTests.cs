using ClearBg.Segmentation;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Segmentation;

public sealed class ModelCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ModelCatalog Catalog => new(Options.Create(new SegmentationOptions { Folder = _folder.Path }));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lists_the_folders_that_hold_a_manifest_in_order()
    {
        Add("u2net");
        Add("modnet");
        Directory.CreateDirectory(_folder["notes"]);

        Assert.Equal("modnet u2net", string.Join(' ', Catalog.Names));
        Assert.Equal("modnet u2net", string.Join(' ', Catalog.All().Select(manifest => manifest.Name)));
    }

    [Fact]
    public void Finds_a_model_and_remembers_its_folder()
    {
        Add("u2net");
        Assert.Equal(_folder["u2net"], Catalog.Find("u2net").Folder);
    }

    [Theory]
    [InlineData("isnet")]
    [InlineData("U2NET")]
    [InlineData("../u2net")]
    [InlineData("")]
    public void Names_the_models_that_exist_when_one_does_not(string name)
    {
        Add("u2net");
        Add("modnet");
        var error = Assert.Throws<ModelException>(() => Catalog.Find(name));
        Assert.Equal($"There is no model '{name}' in {_folder.Path}. There is: modnet, u2net.", error.Message);
    }

    [Fact]
    public void Says_which_setting_is_wrong_when_there_is_no_model_at_all()
    {
        var error = Assert.Throws<ModelException>(() => Catalog.Find("isnet"));
        Assert.Contains("Segmentation:Folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_named_with_its_setting()
    {
        // Permissions would not do: they don't bind every user that tests run as.
        var folder = _folder[new string('x', 300)];
        var catalog = new ModelCatalog(Options.Create(new SegmentationOptions { Folder = folder }));

        var error = Assert.Throws<ModelException>(() => catalog.Names);

        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
        Assert.Contains("Segmentation:Folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_manifest_hinders_only_its_own_model()
    {
        Add("u2net");
        _folder.Write(Path.Combine("broken", "manifest.json"), "{"u8);

        Assert.Equal("u2net", Catalog.Find("u2net").Name);
        Assert.Throws<ModelException>(() => Catalog.Find("broken"));
    }

    [Fact]
    public void Rejects_a_manifest_that_lies_in_another_models_folder()
    {
        Add("u2net");
        Directory.Move(_folder["u2net"], _folder["silueta"]);
        Assert.Throws<ModelException>(() => Catalog.Find("silueta"));
    }

    private void Add(string name) => _folder.Write(Path.Combine(name, "manifest.json"), System.Text.Encoding.UTF8.GetBytes($$"""
        { "name": "{{name}}", "title": "t", "licence": "MIT", "file": "m.onnx", "bytes": 1, "sha256": "{{new string('0', 64)}}",
          "input": { "name": "i", "width": 32, "height": 32, "mean": [0, 0, 0], "std": [255, 255, 255], "resize": "letterbox" },
          "output": { "name": "o", "activation": "sigmoid" } }
        """));
}
