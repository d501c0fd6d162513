namespace ClearBg.Imaging;

/// <summary>The formats that are read. Which one a file has is told by its signature, never by its name or the sender's word.</summary>
internal enum PictureFormat
{
    Jpeg,
    Png,
    WebP,
}
