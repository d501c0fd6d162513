using ClearBg.Segmentation.Onnx;
using ClearBg.Tests.Segmentation.Quantization;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Tests.Segmentation.Onnx;

public class ResizeScalesTests
{
    /// <summary>Where a Resize finds its target size.</summary>
    public enum Sizes
    {
        Initializer,
        ConstantNode,
        AsPyTorchWritesThem,
    }

    [Theory]
    [InlineData(Sizes.Initializer, 4, 6, "resize_2x2", 2, 2)]
    [InlineData(Sizes.ConstantNode, 4, 6, "resize_2x2", 2, 2)]
    [InlineData(Sizes.AsPyTorchWritesThem, 4, 6, "resize_2x2", 2, 2)]
    [InlineData(Sizes.AsPyTorchWritesThem, 6, 12, "resize_3x4", 3, 4)]
    [InlineData(Sizes.Initializer, 2, 3, "resize_1x1", 1, 1)]
    public void A_target_size_becomes_factors_that_give_the_same_values(Sizes sizes, long height, long width, string name, float down, float across)
    {
        var model = Upscaling(sizes, height, width);
        float[] picture = [.. Enumerable.Range(0, 6).Select(static i => (i * i) - 7f)];
        var before = Values(model, picture)["y"];

        Float32Conversion.Apply(model, ["y"]);

        Assert.Equal($"a = Relu(x)\ny = Resize(a  {name})", Text(model.Graph));
        var factors = Assert.Single(model.Graph.Initializer);
        Assert.Equal((name, 4L), (factors.Name, Assert.Single(factors.Dims)));
        Assert.Equal([1, 1, down, across], factors.Floats());
        Assert.Equal(before, Values(model, picture)["y"]);
    }

    [Fact]
    public void Equal_factors_share_a_tensor_and_types_that_said_sizes_are_forgotten()
    {
        var model = Upscaling(Sizes.Initializer, 4, 6);
        model.Graph.Node.Add(Resize("a   sizes", "z"));
        model.Graph.Output.Add(Tensor("z", 1, 1, 4, 6));

        ResizeScales.Apply(model.Graph);

        Assert.Equal("a = Relu(x)\ny = Resize(a  resize_2x2)\nz = Resize(a  resize_2x2)", Text(model.Graph));
        Assert.Equal("sizes resize_2x2", string.Join(' ', model.Graph.Initializer.Select(static tensor => tensor.Name)));
        Assert.Empty(model.Graph.ValueInfo);
    }

    [Theory]
    [InlineData(5, 6)]
    [InlineData(4, 7)]
    [InlineData(1, 3)]
    public void A_size_that_is_no_whole_multiple_stays(long height, long width) => Stays(Upscaling(Sizes.AsPyTorchWritesThem, height, width));

    [Theory]
    [InlineData(0, 6)]
    [InlineData(4, 0)]
    [InlineData(-2, 6)]
    public void A_size_that_is_not_positive_stays(long height, long width) => Stays(Upscaling(Sizes.Initializer, height, width));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_size_to_an_input_of_unknown_size_stays(int unknown)
    {
        var model = Upscaling(Sizes.Initializer, 4, 6);
        var side = model.Graph.ValueInfo[0].Type.TensorType.Shape.Dim[2 + unknown];
        side.DimParam = "side";

        Stays(model);
    }

    [Fact]
    public void A_size_to_an_input_of_unknown_type_stays()
    {
        var model = Upscaling(Sizes.Initializer, 4, 6);
        model.Graph.ValueInfo.Clear();

        Stays(model);
    }

    [Fact]
    public void Sizes_that_are_computed_otherwise_stay()
    {
        var model = Upscaling(Sizes.AsPyTorchWritesThem, 4, 6);
        model.Graph.Node.Single(static node => node.OpType == "Slice").OpType = "Gather";

        Stays(model);
    }

    [Fact]
    public void Factors_stay_as_they_are()
    {
        var model = Upscaling(Sizes.Initializer, 4, 6);
        ResizeScales.Apply(model.Graph);

        Stays(model);
    }

    [Theory]
    [InlineData("axes")]
    [InlineData("keep_aspect_ratio_policy")]
    public void Sizes_of_some_axes_only_or_as_bounds_stay(string attribute)
    {
        var model = Upscaling(Sizes.Initializer, 4, 6);
        model.Graph.Node[^1].With(attribute, 1);

        Stays(model);
    }

    [Fact]
    public void An_output_may_be_among_the_types_of_values_too()
    {
        var model = Upscaling(Sizes.Initializer, 4, 6);
        model.Graph.ValueInfo.Add(model.Graph.Output[0].Clone());

        ResizeScales.Apply(model.Graph);

        Assert.Equal("a = Relu(x)\ny = Resize(a  resize_2x2)", Text(model.Graph));
    }

    [Fact]
    public void An_operator_of_the_same_name_in_another_domain_stays()
    {
        var model = Upscaling(Sizes.Initializer, 4, 6);
        model.Graph.Node[^1].Domain = "example";

        Stays(model);
    }

    private static void Stays(ModelProto model)
    {
        var before = model.Clone();
        ResizeScales.Apply(model.Graph);
        Assert.Equal(before, model);
    }

    /// <summary>y = Resize(Relu(x)), x of 1 × 1 × 2 × 3.</summary>
    private static ModelProto Upscaling(Sizes sizes, long height, long width)
    {
        NodeProto[] nodes = sizes switch
        {
            Sizes.Initializer => [],
            Sizes.ConstantNode => [Constant("sizes", 1, 1, height, width)],
            _ => [Node("Shape", "a", "shape"), Node("Slice", "shape from to", "start"), Constant("end", height, width), Node("Concat", "start end", "sizes").With("axis", 0)],
        };
        TensorProto[] constants = sizes switch
        {
            Sizes.Initializer => [Integers("sizes", 1, 1, height, width)],
            Sizes.ConstantNode => [],
            _ => [Integers("from", 0), Integers("to", 2)],
        };
        var model = Model([Tensor("x", 1, 1, 2, 3)], [Tensor("y", 1, 1, height, width)], [Node("Relu", "x", "a"), .. nodes, Resize("a   sizes", "y")], constants);
        model.Graph.ValueInfo.Add(Tensor("a", 1, 1, 2, 3));
        return model;
    }

    private static NodeProto Constant(string name, params long[] values)
    {
        var constant = new NodeProto { OpType = "Constant", Name = "Constant/" + name, Output = { name } };
        constant.Attribute.Add(new AttributeProto { Name = "value", Type = AttributeType.Tensor, T = Integers("", values) });
        return constant;
    }

    private static TensorProto Integers(string name, params long[] values) => new() { Name = name, DataType = (int)DataType.Int64, Dims = { values.Length }, Int64Data = { values } };
}
