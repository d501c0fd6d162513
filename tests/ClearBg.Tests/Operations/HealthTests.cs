using ClearBg.Tests.Api;

namespace ClearBg.Tests.Operations;

public class HealthTests
{
    [Theory]
    [InlineData("Auto", "ready, brightness in float32: the model has no 8-bit file, computed by ONNX Runtime; payments off: Payments:PayTo is not set")]
    [InlineData("Float32", "ready, brightness in float32: Segmentation:Precision says so, computed by ONNX Runtime; payments off: Payments:PayTo is not set")]
    public async Task Who_is_ready_says_with_which_model_in_what_and_why(string precision, string expected)
    {
        await using var gateway = await Gateway.StartAsync($"--Segmentation:Precision={precision}");

        Assert.Equal(expected, await gateway.Client.GetStringAsync(new Uri("/health/ready", UriKind.Relative)));
    }
}
