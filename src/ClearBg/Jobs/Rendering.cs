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
internal sealed class Rendering(Compositor compositor, Resizer resizer, BufferPool pool, RecyclableMemoryStreamManager streams)
{
    /// <summary>A constant, so that the same answer has the same bytes: the earliest date that ZIP can say.</summary>
    private static readonly DateTimeOffset ZipEpoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public RemovalResult Render(Matted matted, RemovalOptions options, StageTimes stages, CancellationToken cancellation)
    {
        var (width, height) = (matted.Picture.Width, matted.Picture.Height);
        var layout = Layout
            .Arrange(width, height, matted.Subject, options.Crop, options.CropMargin, options.Scale, options.Position, OutputSize.MaxPixels(options), OutputSize.MaxSide)
            .Widened(width, height);
        if (options.Format == OutputFormat.Zip)
        {
            return Zip(matted, layout, stages, cancellation);
        }

        var alphaOnly = options.Channels == OutputChannels.Alpha;
        using var composed = alphaOnly ? Matte(matted, layout, cancellation) : Compose(matted, layout, options, cancellation);
        stages.Lap("compose");

        var metadata = alphaOnly || options.Background is not null ? matted.Metadata with { IccProfile = null } : matted.Metadata;
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
        using var colour = Arranged(compositor.Unmix(matted.Picture, matted.Matte, layout.Source, EdgeOf(matted)), layout, cancellation);
        using var alpha = Matte(matted, layout, cancellation);
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

    private Raster Compose(Matted matted, Layout layout, RemovalOptions options, CancellationToken cancellation)
    {
        var cutOut = Scaled(compositor.CutOut(matted.Picture, matted.Matte, layout.Source, EdgeOf(matted)), layout, cancellation);

        // White is white in every RGB profile; any other colour is meant as sRGB, so the picture must be too.
        if (options.Background is not null && matted.Metadata.IccProfile is { } profile)
        {
            cutOut = ToSrgb(cutOut, profile, cancellation);
        }

        var background = options.Background ?? (options.Format == OutputFormat.Jpg ? Rgba.White : null);
        if (background is not null && options.Format == OutputFormat.Jpg && !background.Value.IsOpaque)
        {
            background = background.Value.Over(Rgba.White);
        }

        if (background is null && layout.FillsCanvas)
        {
            return cutOut;
        }

        using (cutOut)
        {
            return compositor.Place(cutOut, layout.Width, layout.Height, layout.Target.Left, layout.Target.Top, background);
        }
    }

    private Raster Matte(Matted matted, Layout layout, CancellationToken cancellation) =>
        Arranged(compositor.Cut(matted.Matte, layout.Source), layout, cancellation);

    /// <summary>Scales and pads a part of a picture; takes over the raster it is given.</summary>
    private Raster Arranged(Raster part, Layout layout, CancellationToken cancellation)
    {
        var scaled = Scaled(part, layout, cancellation);
        if (layout.Width == scaled.Width && layout.Height == scaled.Height)
        {
            return scaled;
        }

        using (scaled)
        {
            return compositor.Pad(scaled, layout.Width, layout.Height, layout.Target.Left, layout.Target.Top);
        }
    }

    private Raster Scaled(Raster part, Layout layout, CancellationToken cancellation)
    {
        if (part.Width == layout.Target.Width && part.Height == layout.Target.Height)
        {
            return part;
        }

        using (part)
        {
            return resizer.Resize(part, layout.Target.Width, layout.Target.Height, "lanczos3", cancellation);
        }
    }

    private Raster ToSrgb(Raster raster, byte[] profile, CancellationToken cancellation)
    {
        using (raster)
        {
            using var image = raster.AsVips();
            return ColourProfile.ToSrgb(pool, image, profile, cancellation);
        }
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

    private static Compositor.EdgeColour EdgeOf(Matted matted) => matted.Edge!.ColourAt;

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
