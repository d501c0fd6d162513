using ClearBg.Imaging.Vips;

namespace ClearBg.Imaging;

/// <summary>ICC profiles (ICC.1:2022) of pictures: from an embedded RGB profile to sRGB.</summary>
internal static class ColourProfile
{
    /// <summary>The colours of an RGB(A) image in sRGB; as they stand when the profile can't be used, which is what every viewer shows of them too.</summary>
    /// <param name="pool">For the result.</param>
    /// <param name="image">8-bit RGB or RGBA.</param>
    /// <param name="profile">The profile that the colours are in; null means sRGB already.</param>
    /// <param name="cancellation">Stops within a few rows.</param>
    public static Raster ToSrgb(BufferPool pool, VipsImage image, byte[]? profile, CancellationToken cancellation)
    {
        if (profile is null)
        {
            return Raster.From(pool, image, cancellation);
        }

        using var tagged = VipsOperation.Apply("copy", image);
        tagged.SetIccProfile(profile);
        try
        {
            using var srgb = VipsOperation.Apply("icc_transform", tagged, ("output-profile", "srgb"), ("embedded", true));
            return Raster.From(pool, srgb, cancellation);
        }
        catch (VipsException)
        {
            return Raster.From(pool, image, cancellation);
        }
    }

    /// <summary>The same for a raster, which this takes over.</summary>
    public static Raster ToSrgb(BufferPool pool, Raster raster, byte[]? profile, CancellationToken cancellation)
    {
        if (profile is null)
        {
            return raster;
        }

        using (raster)
        {
            using var image = raster.AsVips();
            return ToSrgb(pool, image, profile, cancellation);
        }
    }
}
