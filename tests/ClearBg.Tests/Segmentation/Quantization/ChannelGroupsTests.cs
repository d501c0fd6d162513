using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using Google.Protobuf;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Quantization;

public class ChannelGroupsTests
{
    [Fact]
    public void Relu_MaxPool_and_Resize_pass_groups_on_Concat_joins_them_and_Add_ties_them()
    {
        var groups = new ChannelGroups(Small().Graph);

        var (one, two) = (groups.Of("c1"), groups.Of("c2"));

        Assert.Equal(8, one.Concat(two).Distinct().Count());
        Assert.All(["r1", "p", "c3", "r3", "sum"], tensor => Assert.Equal(one, groups.Of(tensor)));
        Assert.All(["r2", "u"], tensor => Assert.Equal(two, groups.Of(tensor)));
        Assert.Equal([.. one, .. two], groups.Of("cat"));
        Assert.DoesNotContain(ChannelGroups.Fixed, one.Concat(two));
    }

    [Fact]
    public void What_other_operators_read_or_write_is_fixed()
    {
        var groups = new ChannelGroups(Small().Graph);

        Assert.Equal([ChannelGroups.Fixed], groups.Of("logits"));
        Assert.Empty(groups.Of("picture"));
        Assert.Empty(groups.Of("matte"));
    }

    [Theory]
    [InlineData("Add", "c x")]
    [InlineData("Concat", "c x")]
    [InlineData("Mul", "c c")]
    [InlineData("Softplus", "c")]
    public void Channels_that_meet_a_picture_or_a_curve_are_fixed(string op, string inputs)
    {
        var groups = Groups(op == "Concat" ? Node(op, inputs, "t").With("axis", 1) : Node(op, inputs, "t"));

        Assert.Equal([ChannelGroups.Fixed, ChannelGroups.Fixed], groups.Of("c"));
        Assert.Empty(groups.Of("t"));
    }

    [Fact]
    public void A_Concat_of_rows_is_no_Concat_of_channels()
    {
        var groups = Groups(Node("Concat", "c c", "t").With("axis", 2));

        Assert.Equal([ChannelGroups.Fixed, ChannelGroups.Fixed], groups.Of("c"));
    }

    [Fact]
    public void Operators_of_other_domains_count_for_nothing()
    {
        var relu = Node("Relu", "c", "t");
        relu.Domain = "example";

        Assert.Equal([ChannelGroups.Fixed, ChannelGroups.Fixed], Groups(relu).Of("c"));
    }

    [Fact]
    public void A_channel_that_a_subgraph_reads_is_fixed()
    {
        var branch = Node("If", "yes", "t");
        branch.Attribute.Add(new AttributeProto { Name = "then_branch", G = new() { Node = { Node("Identity", "c", "inner") } } });

        Assert.Equal([ChannelGroups.Fixed, ChannelGroups.Fixed], Groups(branch).Of("c"));
    }

    [Fact]
    public void One_fixed_channel_fixes_those_that_are_tied_to_it()
    {
        var groups = Groups(Conv("x w b", "d", 1), Conv("x w b", "e", 1), Node("Add", "c d", "t"), Node("Softplus", "d", "s"));

        Assert.Equal([ChannelGroups.Fixed, ChannelGroups.Fixed], groups.Of("c"));
        Assert.DoesNotContain(ChannelGroups.Fixed, groups.Of("e"));
    }

    /// <summary>Cropping may put in values of its own, channels could be enlarged too, and sizes don't tell.</summary>
    [Theory]
    [InlineData("c  twice", "linear", false)]
    [InlineData("c  twice", "tf_crop_and_resize", true)]
    [InlineData("c  deeper", "linear", true)]
    [InlineData("c   sizes", "linear", true)]
    public void A_Resize_passes_groups_on_only_where_it_is_one_of_pixels(string inputs, string mode, bool isFixed)
    {
        var resize = Resize(inputs, "t");
        resize.Attribute.Add(new AttributeProto { Name = "coordinate_transformation_mode", S = ByteString.CopyFromUtf8(mode) });

        var groups = new ChannelGroups(Model(
            [Tensor("x", 1, 2, 4, 4)], [], [Conv("x w b", "c", 1), resize], Weights("w", 1, 2, 2, 1, 1), Weights("b", 1, 2),
            TensorProto.Of("twice", [1f, 1, 2, 2], 4), TensorProto.Of("deeper", [1f, 2, 2, 2], 4)).Graph);

        Assert.Equal((!isFixed, !isFixed), (groups.IsScalable("c"), groups.IsScalable("t")));
    }

    [Fact]
    public void What_is_beside_fixed_channels_is_fixed_too()
    {
        var groups = Groups(Conv("x w b", "d", 1), Node("Concat", "c d", "t").With("axis", 1), Node("Softplus", "d", "s"));

        Assert.All(["c", "d", "t"], tensor => Assert.All(groups.Of(tensor), static group => Assert.Equal(ChannelGroups.Fixed, group)));
    }

    /// <summary>Two channels c, and what is made of them.</summary>
    private static ChannelGroups Groups(params NodeProto[] nodes) =>
        new(Model([Tensor("x", 1, 2, 4, 4)], [Tensor("y", 1, 2, 4, 4)], [Conv("x w b", "c", 1), .. nodes], Weights("w", 1, 2, 2, 1, 1), Weights("b", 1, 2)).Graph);
}
