using ClearBg.Imaging;

namespace ClearBg.Jobs;

/// <summary>A picture and its matte at the picture's own size.</summary>
/// <param name="Picture">Upright RGB or RGBA, in the picture's own colours.</param>
/// <param name="Matte">One band; the picture's own alpha is in it.</param>
/// <param name="Metadata">The picture's.</param>
internal sealed record MattedPicture(Raster Picture, Raster Matte, PictureMetadata Metadata) : IDisposable
{
    public void Dispose()
    {
        Picture.Dispose();
        Matte.Dispose();
    }
}
