using System.Collections.Concurrent;
using ClearBg.Imaging;

namespace ClearBg.Cli;

/// <summary>What an evaluation cut out, for people to look at: a row a picture, by name, with the picture, its matte, and the cut-out on white, on black and on a new ground.</summary>
internal sealed class ContactSheet(BufferPool pool, Resizer resizer) : IDisposable
{
    private const int TileWidth = 400;
    private const int TileHeight = 300;
    private const int Tiles = 5;

    private readonly ConcurrentDictionary<string, Raster> _rows = new(StringComparer.Ordinal);

    /// <summary>Adds a row; several threads may at a time.</summary>
    /// <param name="name">What rows are sorted by.</param>
    /// <param name="picture">RGB or RGBA.</param>
    /// <param name="cutOut">RGBA, the picture's size.</param>
    /// <param name="ground">RGB, the picture's size.</param>
    /// <param name="cancellation">Stops within a few rows.</param>
    public void Add(string name, Raster picture, Raster cutOut, Raster ground, CancellationToken cancellation)
    {
        var scale = Math.Min((double)TileWidth / picture.Width, (double)TileHeight / picture.Height);
        var (width, height) = (Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale)));
        using var small = resizer.Resize(picture, width, height, "lanczos3", cancellation);
        using var cut = resizer.Resize(cutOut, width, height, "lanczos3", cancellation);
        using var under = resizer.Resize(ground, width, height, "lanczos3", cancellation);
        var row = new Raster(pool, Tiles * TileWidth, TileHeight, 3);
        row.Samples.Fill(128);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var band = 0; band < 3; band++)
                {
                    var (alpha, colour) = (cut.Row(y)[(4 * x) + 3], cut.Row(y)[(4 * x) + band]);
                    Set(0, small.Row(y)[(small.Bands * x) + band]);
                    Set(1, alpha);
                    Set(2, Over(255));
                    Set(3, Over(0));
                    Set(4, Over(under.Row(y)[(3 * x) + band]));

                    byte Over(byte below) => (byte)(((colour * alpha) + (below * (255 - alpha)) + 127) / 255);
                    void Set(int tile, byte level) => row.Row(y)[(((tile * TileWidth) + x) * 3) + band] = level;
                }
            }
        }

        if (!_rows.TryAdd(name, row))
        {
            row.Dispose();
        }
    }

    /// <summary>All rows, as a PNG.</summary>
    public MemoryStream ToPng(CancellationToken cancellation)
    {
        Raster[] rows = [.. _rows.OrderBy(static row => row.Key, StringComparer.Ordinal).Select(static row => row.Value)];
        using var sheet = new Raster(pool, Tiles * TileWidth, TileHeight * Math.Max(1, rows.Length), 3);
        sheet.Samples.Fill(128);
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row].Samples.CopyTo(sheet.Samples[(row * rows[row].Samples.Length)..]);
        }

        var png = new MemoryStream();
        Encoder.WritePng(sheet, new PictureMetadata(null, 1, 1), png, cancellation);
        png.Position = 0;
        return png;
    }

    public void Dispose()
    {
        foreach (var row in _rows.Values)
        {
            row.Dispose();
        }
    }
}
