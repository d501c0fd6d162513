using ClearBg.Segmentation.Quantization;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Quantization;

public class ConvShapeTests
{
    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(1, 8, 0, 2)]
    [InlineData(1, 12, 1, 0)]
    [InlineData(1, 47, 3, 2)]
    [InlineData(2, 0, 0, 0)]
    [InlineData(2, 23, 1, 2)]
    [InlineData(2, 24, 2, 3)]
    [InlineData(2, 47, 3, 5)]
    public void A_weight_lies_between_two_channels(int groups, int weight, int output, int input)
    {
        var conv = groups == 1 ? Conv("x w b", "c", 2) : Conv("x w b", "c", 2).With("group", groups);

        var shape = ConvShape.Of(conv, Weights("w", 1, 4, 3, 2, 2));

        Assert.Equal((output, input), (shape.Output(weight), shape.Input(weight)));
    }
}
