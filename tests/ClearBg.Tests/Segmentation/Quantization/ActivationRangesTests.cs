using ClearBg.Segmentation;
using ClearBg.Segmentation.Quantization;

namespace ClearBg.Tests.Segmentation.Quantization;

public sealed class ActivationRangesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_what_was_written()
    {
        var ranges = Network.Ranges(("b", -0.1f, 3e-7f), ("a", 0, 0), ("/stage1/Relu_output_0", -3.25f, float.MaxValue));

        var read = Read(ranges.ToJson());

        Assert.Equal((ranges.Pictures, ranges.Percentile), (read.Pictures, read.Percentile));
        Assert.Equal("/stage1/Relu_output_0 a b", string.Join(' ', read.Ranges.Keys));
        Assert.Equal((new(-0.1f, 3e-7f), new(0, 0), new(-3.25f, float.MaxValue)), (read.Of("b"), read.Of("a"), read.Of("/stage1/Relu_output_0")));
        Assert.Equal(ranges.ToJson(), read.ToJson());
    }

    [Fact]
    public void Tensors_stand_in_ordinal_order_whatever_order_they_came_in() => Assert.Equal(
        Network.Ranges(("a", 0, 1), ("B", 0, 2), ("c", 0, 3)).ToJson(), Network.Ranges(("c", 0, 3), ("a", 0, 1), ("B", 0, 2)).ToJson());

    [Theory]
    [InlineData("""{ "pictures": 1, "percentile": 99, "ranges": {}, "offsets": {} }""", "offsets")]
    [InlineData("""{ "pictures": 1, "percentile": 99 }""", "ranges")]
    [InlineData("""{ "percentile": 99, "ranges": {} }""", "pictures")]
    [InlineData("""{ "pictures": 1, "ranges": {} }""", "percentile")]
    [InlineData("""{ "pictures": 1, "percentile": 99, "ranges": null }""", "ranges")]
    [InlineData("""{ "pictures": 1, "percentile": 99, "ranges": { "a": ["0", 1] } }""", "ranges")]
    [InlineData("""{ "pictures": 1, "percentile": 99, "ranges": {}, "biases": { "c": [1], "d": null } }""", "biases")]
    [InlineData("""{ "pictures": 1, "percentile": 99, "ranges": {}, "scales": { "c": [1], "d": null } }""", "scales")]
    [InlineData("""{ "pictures": 1, "percentile": 99, "ranges": {}, "scales": { "c": [0, 101] } }""", "scales")]
    [InlineData("""{ "pictures": 1, "percentile": 99, "ranges": {}, "scales": { "c": [-101] } }""", "scales")]
    [InlineData("{", "JSON")]
    [InlineData("", "JSON")]
    public void What_is_no_file_of_ranges_is_refused_with_what_is_wrong_and_its_name(string json, string named)
    {
        var error = Assert.Throws<ModelException>(() => Read(json));

        Assert.Contains($"{_folder["ranges.json"]} are not as they should be", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[0]")]
    [InlineData("[0, 1, 2]")]
    [InlineData("[0.5, 1]")]
    [InlineData("[-1, -0.5]")]
    [InlineData("[1, 0]")]
    [InlineData("[-3e38, 3e38]")]
    [InlineData("[0, 1e39]")]
    [InlineData("null")]
    public void A_range_is_two_finite_numbers_around_zero(string range)
    {
        var error = Assert.Throws<ModelException>(() => Read($$"""{ "pictures": 1, "percentile": 99, "ranges": { "good": [0, 1], "bad": {{range}} } }"""));

        Assert.Contains("are not as they should be", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_at_all_is_refused_too() => Assert.Contains("not as they should be", Assert.Throws<ModelException>(() => Read("null")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_missing_is_named()
    {
        var error = Assert.Throws<ModelException>(() => ActivationRanges.Read(_folder["gone.json"]));

        Assert.Contains($"{_folder["gone.json"]} cannot be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_was_not_measured_is_named()
    {
        var error = Assert.Throws<ModelException>(() => Network.Ranges(("a", 0, 1)).Of("b"));

        Assert.Contains("lack the tensor 'b'", error.Message, StringComparison.Ordinal);
    }

    private ActivationRanges Read(string json) => ActivationRanges.Read(_folder.Write("ranges.json", System.Text.Encoding.UTF8.GetBytes(json)));
}
