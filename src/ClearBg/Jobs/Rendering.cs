using System.IO.Compression;
using System.Runtime.InteropServices;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using Microsoft.IO;

namespace ClearBg.Jobs;

/// <summary>A picture that knows its subject.</summary>
/// <param name="Picture">RGB or RGBA, at the output's size.</param>
/// <param name="Matte">One band, the picture's size.</param>
/// <param name="Subject">The subject's box.</param>
/// <param name="Edge">Colours at the edge; null when only the matte is wanted.</param>
/// <param name="Metadata">The picture's.</param>
internal sealed record Matted(Raster Picture, Raster Matte, Box Subject, ForegroundEstimation? Edge, PictureMetadata Metadata);

/// <summary>The last two steps of a job: composing what was asked for, and encoding it.</summary>
internal sealed class Rendering(Composition composition, RecyclableMemoryStreamManager streams)
{
    /// <summary>A constant, so that the same answer has the same bytes: the earliest date that ZIP can say.</summary>
    private static readonly DateTimeOffset ZipEpoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Composes and encodes.</summary>
    /// <param name="matted">With the colours at its edge, unless only the matte is asked for.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="image">The background image; null for none.</param>
    /// <param name="stages">Gets a lap for each step.</param>
    /// <param name="cancellation">Stops within a few rows.</param>
    /// <returns>The answer, or the refusal of a background image that can't be decoded.</returns>
    public Outcome<RemovalResult> Render(Matted matted, RemovalOptions options, BackgroundPicture? image, StageTimes stages, CancellationToken cancellation)
    {
        var (width, height, cap) = (matted.Picture.Width, matted.Picture.Height, OutputSize.MaxPixels(options, image is { IsOpaque: true }));
        var layout = Layout
            .Arrange(width, height, matted.Subject, options.Crop, options.CropMargin, options.Scale, options.Position, cap, OutputSize.MaxSide)
            .Widened(width, height);
        if (options.Format == OutputFormat.Zip)
        {
            return Zip(matted, layout, stages, cancellation);
        }

        var alphaOnly = options.Channels == OutputChannels.Alpha;
        if (!(alphaOnly ? composition.Matte(matted, layout, cancellation) : composition.Compose(matted, layout, options, image, cancellation))
            .Succeeded(out var finished, out var failure))
        {
            return failure;
        }

        using var composed = finished;
        stages.Lap("compose");

        var keepsColours = !alphaOnly && options.Background is null && image is null;
        var metadata = keepsColours ? matted.Metadata : matted.Metadata with { IccProfile = null };
        var format = options.Format != OutputFormat.Auto ? options.Format : IsOpaque(composed) && !alphaOnly ? OutputFormat.Jpg : OutputFormat.Png;
        var (type, extension) = format switch
        {
            OutputFormat.Png => ("image/png", ".png"),
            OutputFormat.Jpg => ("image/jpeg", ".jpg"),
            OutputFormat.WebP => ("image/webp", ".webp"),
            _ => throw new ArgumentOutOfRangeException(nameof(options), format, null),
        };
        return Encode(matted, layout, type, extension, stages, content =>
        {
            Action<Raster, PictureMetadata, Stream, CancellationToken> write = format switch
            {
                OutputFormat.Jpg => Encoder.WriteJpeg,
                OutputFormat.WebP => Encoder.WriteWebP,
                _ => Encoder.WritePng,
            };
            write(composed, metadata, content, cancellation);
        });
    }

    /// <summary>color.jpg, then alpha.png, both stored: remove.bg's clients read them by name, and the second as 8-bit grey.</summary>
    private RemovalResult Zip(Matted matted, Layout layout, StageTimes stages, CancellationToken cancellation)
    {
        using var colour = composition.Colours(matted, layout, cancellation);
        using var alpha = composition.Matte(matted, layout, cancellation);
        stages.Lap("compose");
        return Encode(matted, layout, "application/zip", ".zip", stages, content =>
        {
            using var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true);
            Add(zip, "color.jpg", stream => Encoder.WriteJpeg(colour, matted.Metadata, stream, cancellation));
            Add(zip, "alpha.png", stream => Encoder.WritePng(alpha, matted.Metadata, stream, cancellation));
        });
    }

    private static void Add(ZipArchive zip, string name, Action<Stream> write)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = ZipEpoch;
        using var stream = entry.Open();
        write(stream);
    }

    private RemovalResult Encode(Matted matted, Layout layout, string type, string extension, StageTimes stages, Action<Stream> write)
    {
        var content = streams.GetStream();
        try
        {
            write(content);
            stages.Lap("encode");
            content.Position = 0;
            return new RemovalResult(content, type, extension, layout.Width, layout.Height, matted.Subject, stages);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static bool IsOpaque(Raster raster)
    {
        if (raster.Bands != 4)
        {
            return true;
        }

        var pixels = MemoryMarshal.Cast<byte, uint>(raster.Samples);
        return !pixels.ContainsAnyInRange(0u, 0xFEFF_FFFFu);
    }
}
