using System.Text;
using ClearBg.Evaluation;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Evaluation;

public sealed class PictureGroupsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_group_is_kind_and_category_and_other_for_a_picture_that_is_not_named()
    {
        var groups = PictureGroups.Read(Manifest("""[{ "name": "a", "kind": "alpha", "cat": "hair", "width": 7, "more": [1] }, { "name": "b", "kind": "mask", "cat": "car" }]"""));

        Assert.Equal(("alpha/hair", "mask/car", "other", "other"), (groups.Of("a"), groups.Of("b"), groups.Of("c"), PictureGroups.None.Of("a")));
    }

    [Theory]
    [InlineData("{}", "is not an array of objects")]
    [InlineData("[1]", "is not an array of objects")]
    [InlineData("[null]", "holds null")]
    [InlineData("""[{ "name": "a", "kind": "alpha" }]""", "is not an array of objects")]
    [InlineData("""[{ "name": "a", "kind": "alpha", "cat": null }]""", "is not an array of objects")]
    [InlineData("""[{ "name": "a", "kind": "x", "cat": "y" }, { "name": "a", "kind": "x", "cat": "z" }]""", "names 'a' twice")]
    [InlineData("", "is not an array of objects")]
    public void A_wrong_manifest_is_refused_with_its_path_and_why(string json, string why)
    {
        var path = Manifest(json);

        var refusal = Assert.Throws<InvalidDataException>(() => PictureGroups.Read(path));

        Assert.StartsWith($"The manifest {path} {why}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_cannot_be_read_says_so() =>
        Assert.Contains("cannot be read", Assert.Throws<InvalidDataException>(() => PictureGroups.Read(_folder["gone.json"])).Message, StringComparison.Ordinal);

    private string Manifest(string json) => _folder.Write("manifest.json", Encoding.UTF8.GetBytes(json));
}
