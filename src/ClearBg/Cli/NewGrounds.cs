using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary>
/// The new ground that a picture's cut-out is looked at on: the next picture of the run that can be read, covering as a background image does, and the picture itself,
/// mirrored left to right, where there is no other. A file that can't be read is passed over: its own turn tells of it, and it leaves the figures of its neighbour alone.
/// </summary>
internal sealed class NewGrounds(Backdrop backdrop, Compositor compositor, BufferPool pool, IOptions<IntakeOptions> intake)
{
    /// <summary>Shows where the new ground is transparent.</summary>
    private static readonly Rgba Grey = new(128, 128, 128);

    /// <summary>A ground of the picture's size.</summary>
    /// <param name="picture">RGB or RGBA, in sRGB.</param>
    /// <param name="followers">Paths of the other pictures of the run, the next one first.</param>
    /// <param name="cancellation">Stops decoding within a few rows.</param>
    /// <returns>RGB, in sRGB.</returns>
    public async Task<Raster> UnderAsync(Raster picture, IEnumerable<string> followers, CancellationToken cancellation)
    {
        foreach (var path in followers)
        {
            if (await ReadAsync(path, picture.Width, picture.Height, cancellation) is { } ground)
            {
                return ground;
            }
        }

        return Mirrored(picture, cancellation);
    }

    private async Task<Raster?> ReadAsync(string path, int width, int height, CancellationToken cancellation)
    {
        try
        {
            if (!(await PictureReading.ReadAsync(path, pool, intake.Value, cancellation)).Succeeded(out var file, out _))
            {
                return null;
            }

            using (file)
            {
                return BackgroundPicture.Read(file, intake.Value).Succeeded(out var photograph, out _)
                    && backdrop.Create(photograph, Grey, width, height, cancellation).Succeeded(out var ground, out _) ? ground : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private Raster Mirrored(Raster picture, CancellationToken cancellation)
    {
        using var image = picture.AsVips();
        using var flipped = VipsOperation.Apply("flip", image, ("direction", "horizontal"));
        var mirrored = Raster.From(pool, flipped, cancellation);
        if (mirrored.Bands == 3)
        {
            return mirrored;
        }

        using (mirrored)
        {
            return compositor.Place(mirrored, mirrored.Width, mirrored.Height, 0, 0, Grey);
        }
    }
}
