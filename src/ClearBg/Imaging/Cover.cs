namespace ClearBg.Imaging;

/// <summary>How a picture covers a canvas: as small as it can without a gap, centred, what hangs over cut off (CSS Backgrounds and Borders 3, background-size: cover).</summary>
internal static class Cover
{
    /// <summary>The size that the whole picture has when it covers the canvas, rounded up; a picture of the canvas's own size is not scaled.</summary>
    public static (int Width, int Height) Size(int width, int height, int canvasWidth, int canvasHeight)
    {
        var scale = Scale(width, height, canvasWidth, canvasHeight);
        return ((int)Math.Ceiling(width * scale), (int)Math.Ceiling(height * scale));
    }

    /// <summary>The part of the picture that is seen, in its own pixels; at least one.</summary>
    public static Box Part(int width, int height, int canvasWidth, int canvasHeight)
    {
        var scale = Scale(width, height, canvasWidth, canvasHeight);
        var (shownWidth, shownHeight) = (Math.Clamp((int)Math.Round(canvasWidth / scale), 1, width), Math.Clamp((int)Math.Round(canvasHeight / scale), 1, height));
        return new Box((width - shownWidth) / 2, (height - shownHeight) / 2, shownWidth, shownHeight);
    }

    private static double Scale(int width, int height, int canvasWidth, int canvasHeight) => Math.Max((double)canvasWidth / width, (double)canvasHeight / height);
}
