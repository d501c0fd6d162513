using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Quantization;

public class QuantizationPlanTests
{
    [Fact]
    public void What_a_flowing_operator_reads_before_the_last_Conv_flows_and_the_rest_does_not()
    {
        var model = Small();
        var plan = new QuantizationPlan(model.Graph);

        var tensors = model.Graph.Node.SelectMany(static node => node.Output).Prepend("picture");

        Assert.Equal("picture r1 p r2 u cat r3 sum", string.Join(' ', tensors.Where(plan.Contains)));
    }

    [Fact]
    public void Weights_and_sizes_never_flow()
    {
        var model = Small();
        var plan = new QuantizationPlan(model.Graph);

        Assert.DoesNotContain(model.Graph.Initializer, tensor => plan.Contains(tensor.Name));
    }

    [Fact]
    public void Only_tensors_that_get_their_values_from_no_other_are_measured() =>
        Assert.Equal("picture r1 r2 r3 sum", string.Join(' ', new QuantizationPlan(Small().Graph).Measured));

    [Fact]
    public void MaxPool_Resize_and_Concat_share_one_range_that_holds_all_of_theirs()
    {
        var ranges = new QuantizationPlan(Small().Graph).Apply(Ranges(("picture", -1, 1), ("r1", -0.5f, 2), ("r2", 0, 5), ("r3", 0, 3), ("sum", 0, 4)));

        Assert.Equal("cat p picture r1 r2 r3 sum u", string.Join(' ', ranges.Keys.Order(StringComparer.Ordinal)));
        Assert.All(["r1", "p", "r2", "u", "cat"], tensor => Assert.Equal(new(-0.5f, 5), ranges[tensor]));
        Assert.Equal((new(-1, 1), new(0, 3), new(0, 4)), (ranges["picture"], ranges["r3"], ranges["sum"]));
    }

    [Fact]
    public void A_Conv_that_is_read_through_a_Relu_and_by_itself_flows_in_both()
    {
        var plan = Plan(Conv("x w b", "c", 1), Node("Relu", "c", "r"), Node("Add", "c r", "sum"), Conv("sum v d", "y", 1));

        Assert.Equal("x c r sum", string.Join(' ', plan.Measured));
    }

    [Fact]
    public void Nothing_after_the_last_Conv_flows()
    {
        var plan = Plan(Conv("x w b", "c", 1), Node("Relu", "c", "r"), MaxPool("r", "p"), Node("Concat", "p p", "cat").With("axis", 1), Node("Add", "cat cat", "y"));

        Assert.Equal("x", string.Join(' ', plan.Measured));
        Assert.DoesNotContain((string[])["c", "r", "p", "cat", "y"], plan.Contains);
    }

    [Fact]
    public void A_branch_that_no_Conv_reads_stays_float()
    {
        var plan = Plan(Conv("x w b", "c", 1), Node("Relu", "c", "r"), MaxPool("c", "side"), Conv("r v d", "y", 1));

        Assert.Equal("x r", string.Join(' ', plan.Measured));
    }

    [Fact]
    public void An_operator_that_stays_float_is_a_break_in_the_flow()
    {
        // Nobody rounds what Softplus reads; what it gives is measured anew.
        var plan = Plan(Conv("x w b", "c", 1), MaxPool("c", "p"), Node("Softplus", "p", "s"), Conv("s v d", "y", 1));

        Assert.Equal("x c s", string.Join(' ', plan.Measured));
        Assert.False(plan.Contains("p"));
    }

    [Fact]
    public void A_Concat_with_a_constant_is_measured_itself()
    {
        var plan = Plan(Conv("x w b", "c", 1), Node("Concat", "c w", "cat").With("axis", 1), Conv("cat v d", "y", 1));

        Assert.Equal("x c cat", string.Join(' ', plan.Measured));
        Assert.False(plan.Contains("w"));
    }

    [Fact]
    public void Operators_of_other_domains_with_the_same_names_count_for_nothing()
    {
        var (pool, last) = (MaxPool("c", "p"), Conv("p v d", "y", 1));
        (pool.Domain, last.Domain) = ("example", "example");

        Assert.Equal("x", string.Join(' ', Plan(Conv("x w b", "c", 1), pool, last).Measured));
        last.Domain = "ai.onnx";
        Assert.Equal("x p", string.Join(' ', Plan(Conv("x w b", "c", 1), pool, last).Measured));
    }

    [Fact]
    public void A_range_that_was_not_measured_is_named()
    {
        var error = Assert.Throws<ModelException>(() => new QuantizationPlan(Small().Graph).Apply(Ranges(("picture", -1, 1), ("r1", 0, 2), ("r2", 0, 5), ("sum", 0, 4))));

        Assert.Contains("lack the tensor 'r3'", error.Message, StringComparison.Ordinal);
        Assert.Contains("models calibrate", error.Message, StringComparison.Ordinal);
    }

    private static QuantizationPlan Plan(params NodeProto[] nodes) =>
        new(Model([Tensor("x", 1, 1, 4, 4)], [Tensor("y", 1, 1, 4, 4)], nodes, Weights("w", 1, 1, 1, 1, 1), Weights("b", 1, 1), Weights("v", 1, 1, 1, 1, 1), Weights("d", 1, 1)).Graph);
}
