using ClearBg.Segmentation.Onnx;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Tests.Segmentation.Onnx;

public class CastRemovalTests
{
    [Fact]
    public void A_chain_of_casts_disappears() => Converts(
        ["y"],
        [Cast("x", "a", DataType.Float16), Cast("a", "b", DataType.Float), Cast("b", "c", DataType.Float16), Node("Relu", "c", "d"), Cast("d", "y", DataType.Float)],
        "y = Relu(x)");

    [Fact]
    public void A_chain_disappears_in_whatever_order_its_casts_stand() => Converts(
        ["y"],
        [Cast("d", "e", DataType.Float), Cast("b", "c", DataType.Float16), Node("Relu", "c", "d"), Cast("a", "b", DataType.Float), Cast("x", "a", DataType.Float16), Node("Abs", "e", "y")],
        "d = Relu(x)\ny = Abs(d)");

    [Fact]
    public void Casts_to_other_types_stay() => Converts(
        ["y"],
        [Cast("x", "half", DataType.Float16), Cast("half", "whole", DataType.Int32), Cast("whole", "back", DataType.Float16), Node("Relu", "back", "r"), Cast("r", "y", DataType.Float)],
        "whole = Cast(x)\nback = Cast(whole)\ny = Relu(back)");

    [Fact]
    public void A_cast_of_unknown_input_stays_and_goes_to_float() => Converts(
        ["y"],
        // Relu's output has no type in the file, so nobody knows that it is float.
        [Node("Relu", "x", "r"), Cast("r", "half", DataType.Float16), Node("Abs", "half", "a"), Cast("a", "y", DataType.Float)],
        "r = Relu(x)\nhalf = Cast(r)\na = Abs(half)\ny = Cast(a)",
        declared: []);

    [Fact]
    public void Two_outputs_made_from_one_value_keep_both_names() => Converts(
        ["y", "z"],
        [Cast("x", "h", DataType.Float16), Node("Relu", "h", "r"), Cast("r", "y", DataType.Float), Cast("r", "z", DataType.Float)],
        "y = Relu(x)\nz = Identity(y)");

    [Fact]
    public void An_output_that_is_the_input_keeps_its_name() => Converts(
        ["y"], [Cast("x", "h", DataType.Float16), Cast("h", "y", DataType.Float)], "y = Identity(x)");

    [Fact]
    public void An_output_made_from_another_output_keeps_its_name() => Converts(
        ["y", "z"],
        [Cast("x", "h", DataType.Float16), Node("Relu", "h", "r"), Cast("r", "y", DataType.Float), Cast("y", "half", DataType.Float16), Cast("half", "z", DataType.Float)],
        "y = Relu(x)\nz = Identity(y)");

    [Fact]
    public void Readers_of_a_renamed_value_follow_it() => Converts(
        ["y", "z"],
        [Cast("x", "h", DataType.Float16), Node("Relu", "h", "r"), Cast("r", "y", DataType.Float), Node("Neg", "r", "n"), Cast("n", "z", DataType.Float)],
        "y = Relu(x)\nz = Neg(y)");

    [Fact]
    public void Subgraphs_see_the_new_names_of_outer_values()
    {
        var branch = new GraphProto { Name = "branch", Output = { Value("t", DataType.Float16) }, Node = { Node("Neg", "h", "t") } };
        var casting = new GraphProto { Name = "casting", Output = { Value("t", DataType.Float16) }, Node = { Cast("x", "t", DataType.Float16) } };
        var choice = Node("If", "always", "r");
        choice.Attribute.Add(new AttributeProto { Name = "then_branch", Type = AttributeType.Graph, G = branch });
        choice.Attribute.Add(new AttributeProto { Name = "else_branch", Type = AttributeType.Graph, G = casting });
        var always = new TensorProto { Name = "always", DataType = (int)DataType.Bool, Int32Data = { 1 } };
        var model = Model(
            [Value("x", DataType.Float)], [Value("y", DataType.Float)],
            [Cast("x", "h", DataType.Float16), choice, Cast("r", "y", DataType.Float)], always);
        model.Graph.ValueInfo.Add([Value("h", DataType.Float16), Value("r", DataType.Float16)]);

        Float32Conversion.Apply(model, ["y"]);

        Assert.Equal("y = If(always)", Text(model.Graph));
        Assert.Equal("t = Neg(x)", Text(branch));
        Assert.Equal("t = Identity(x)", Text(casting));
        Assert.Equal([-3, 5], Run(model, 3, -5)["y"]);
    }

    /// <summary>Converts a graph from x, of float, and checks its text and that ONNX Runtime computes the same from it.</summary>
    private static void Converts(string[] outputs, NodeProto[] nodes, string expected, string[]? declared = null)
    {
        var model = Model([Value("x", DataType.Float)], outputs.Select(name => Value(name, DataType.Float)), nodes);
        var halves = declared ?? [.. nodes.Where(node => node.OpType is not "Cast").SelectMany(node => node.Output).Except(outputs, StringComparer.Ordinal)];
        model.Graph.ValueInfo.Add(halves.Select(name => Value(name, DataType.Float16)));
        var before = Run(model, 3, -5);

        Float32Conversion.Apply(model, outputs);

        Assert.Equal(expected, Text(model.Graph));
        var after = Run(model, 3, -5);
        Assert.All(outputs, name => Assert.Equal(before[name], after[name]));
    }
}
