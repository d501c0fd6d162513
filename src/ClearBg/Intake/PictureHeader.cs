using System.Globalization;
using ClearBg.Imaging;
using ClearBg.Jobs;

namespace ClearBg.Intake;

/// <summary>
/// What a picture says of itself, read by our own code before libvips sees a byte. Nothing of the pixels has been checked: a header within limits may
/// still stand before a corrupt file.
/// </summary>
/// <param name="Format">By signature; never by file name or the sender's word.</param>
/// <param name="Width">Pixels as stored, 1 to the configured side.</param>
/// <param name="Height">Pixels as stored, 1 to the configured side.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 when absent or malformed.</param>
internal sealed record PictureHeader(PictureFormat Format, int Width, int Height, int Orientation)
{
    /// <summary>Pixels after the orientation has been applied: 5 to 8 lie on their side.</summary>
    public (int Width, int Height) Upright => Orientation >= 5 ? (Height, Width) : (Width, Height);

    /// <summary>Millions of pixels.</summary>
    public double Megapixels => (long)Width * Height / 1e6;

    /// <summary>Reads a header. Any bytes at all give a header or a refusal, never an exception.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="limits">What is too much.</param>
    /// <returns>
    /// <see cref="FailureCode.InvalidFileType"/>: empty, or no signature that we know. <see cref="FailureCode.FileTooLarge"/>: too many bytes.
    /// <see cref="FailureCode.FailedToReadImage"/>: the signature is right, what follows is not. <see cref="FailureCode.InvalidDimensions"/>: a side is 0 or too long.
    /// <see cref="FailureCode.ResolutionTooHigh"/>: too many pixels.
    /// </returns>
    public static Outcome<PictureHeader> Read(ReadOnlySpan<byte> file, IntakeOptions limits)
    {
        if (file.Length > limits.MaxBytes)
        {
            return TooLarge(limits);
        }

        return file switch
        {
            [0xFF, 0xD8, 0xFF, ..] => Within(limits, PictureFormat.Jpeg, JpegHeader.Read(file)),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Within(limits, PictureFormat.Png, PngHeader.Read(file)),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] =>
                Within(limits, PictureFormat.WebP, WebPHeader.Read(file)),
            [] => new Failure(FailureCode.InvalidFileType, "The file is empty."),
            _ => new Failure(FailureCode.InvalidFileType, "The file is not a JPEG, PNG or WebP picture."),
        };
    }

    /// <summary>The refusal of a file over the byte limit, said the same way whether it is noticed while reading or after.</summary>
    public static Failure TooLarge(IntakeOptions limits) =>
        new(FailureCode.FileTooLarge, string.Create(CultureInfo.InvariantCulture, $"The file is larger than {limits.MaxBytes:N0} bytes."));

    private static Outcome<PictureHeader> Within(IntakeOptions limits, PictureFormat format, Outcome<StoredSize> stored)
    {
        if (!stored.Succeeded(out var size, out var failure))
        {
            return failure;
        }

        // Sides before area: 1 × 500,000,000 passes any area limit, and after this both fit an int and their product a long.
        if (size.Width == 0 || size.Height == 0 || size.Width > limits.MaxSide || size.Height > limits.MaxSide)
        {
            return new Failure(
                FailureCode.InvalidDimensions,
                string.Create(CultureInfo.InvariantCulture, $"The picture is {size.Width:N0} × {size.Height:N0} pixels; each side must be 1 to {limits.MaxSide:N0}."));
        }

        var pixels = (long)size.Width * size.Height;
        if (pixels > limits.MaxMegapixels * 1_000_000L)
        {
            return new Failure(
                FailureCode.ResolutionTooHigh,
                string.Create(CultureInfo.InvariantCulture, $"The picture has {pixels:N0} pixels; at most {limits.MaxMegapixels} million are allowed."));
        }

        return new PictureHeader(format, (int)size.Width, (int)size.Height, size.Orientation);
    }
}

/// <summary>What a header claims, before any limit: sides of 0 to 2³²−1 pixels, and an orientation of 1 to 8.</summary>
internal readonly record struct StoredSize(uint Width, uint Height, int Orientation);
