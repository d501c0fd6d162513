using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Tests.Segmentation.Bytewise;

public class KernelTests
{
    [Theory]
    [InlineData(3, 1, 1, 1, 64, 64)]
    [InlineData(3, 2, 1, 1, 64, 32)]
    [InlineData(3, 1, 8, 8, 16, 16)]
    [InlineData(1, 1, 1, 0, 16, 16)]
    [InlineData(3, 1, 1, 0, 2, 0)]
    [InlineData(3, 64, 50, 0, 1, 0)]
    public void Has_as_many_outputs_as_places_that_fit(int size, int stride, int dilation, int padding, int side, int outputs) =>
        Assert.Equal(outputs, new Kernel(size, stride, dilation, padding).Outputs(side));

    [Theory]
    [InlineData(3, 1, 1, 1, true)]
    [InlineData(0, 1, 1, 1, false)]
    [InlineData(3, 0, 1, 1, false)]
    [InlineData(3, 1, -1, 1, false)]
    [InlineData(3, 1, 1, -1, false)]
    [InlineData(3, 1, 1, 536870904, false)]
    public void Knows_numbers_that_no_network_of_pictures_has(int size, int stride, int dilation, int padding, bool isUsual) =>
        Assert.Equal(isUsual, new Kernel(size, stride, dilation, padding).IsUsual);
}
