namespace ClearBg.Imaging;

/// <summary>A rectangle of pixels: its top left corner and its size.</summary>
internal readonly record struct Box(int Left, int Top, int Width, int Height)
{
    public int Right => Left + Width;

    public int Bottom => Top + Height;
}
