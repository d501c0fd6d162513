using ClearBg.Imaging;

namespace ClearBg.Tests.Imaging;

public class CoverTests
{
    [Theory]

    // The same size: one to one.
    [InlineData(640, 480, 640, 480, 640, 480, 0, 0, 640, 480)]

    // Wider, higher: what hangs over is cut on both sides.
    [InlineData(400, 100, 100, 100, 400, 100, 150, 0, 100, 100)]
    [InlineData(100, 400, 50, 50, 50, 200, 0, 150, 100, 100)]

    // Smaller: enlarged.
    [InlineData(10, 20, 100, 100, 100, 200, 0, 5, 10, 10)]
    [InlineData(1, 1, 300, 200, 300, 300, 0, 0, 1, 1)]

    // A thread always shows a pixel.
    [InlineData(1, 5_000, 5_000, 1, 5_000, 25_000_000, 0, 2_499, 1, 1)]
    public void Fills_the_canvas_centred(int width, int height, int canvasWidth, int canvasHeight, int scaledWidth, int scaledHeight, int left, int top, int wide, int high)
    {
        Assert.Equal((scaledWidth, scaledHeight), Cover.Size(width, height, canvasWidth, canvasHeight));
        Assert.Equal(new Box(left, top, wide, high), Cover.Part(width, height, canvasWidth, canvasHeight));
    }
}
