using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ClearBg.Imaging;

namespace ClearBg.Segmentation;

/// <summary>
/// Connected regions of a matte, or of what it leaves clear. They are labelled on at most <see cref="Side"/> cells a side, each with its greatest level: that finds the same
/// regions in a hundredth of the time, and a strand of one pixel's width is a whole row of cells.
/// </summary>
internal sealed class MatteCells
{
    /// <summary>From this level on (of 255) a pixel joins what lies on its two sides: a thin strand stays part of the subject where it pales.</summary>
    private const byte Joining = 13;

    /// <summary>A region counts when some pixel of it has at least this level, a half …</summary>
    private const byte Certain = 128;

    /// <summary>… and when it has at least this share of the largest region's cells.</summary>
    private const double SpeckShare = 0.005;

    private const int Side = 320;

    private readonly int _height;

    private MatteCells(Raster matte, bool clear)
    {
        Step = Math.Max(1, (Math.Max(matte.Width, matte.Height) + Side - 1) / Side);
        (Width, _height) = ((matte.Width + Step - 1) / Step, (matte.Height + Step - 1) / Step);
        Levels = new byte[Width * _height];
        Parallel.For(0, _height, cellRow =>
        {
            Span<byte> greatest = new byte[matte.Width];
            Span<byte> line = new byte[matte.Width];
            for (var y = cellRow * Step; y < Math.Min(matte.Height, (cellRow + 1) * Step); y++)
            {
                ReadOnlySpan<byte> row = matte.Row(y);
                if (clear)
                {
                    TensorPrimitives.OnesComplement(row, line);
                    row = line;
                }

                TensorPrimitives.Max(greatest, row, greatest);
            }

            for (var cell = 0; cell < Width; cell++)
            {
                Levels[(cellRow * Width) + cell] = TensorPrimitives.Max<byte>(greatest[(cell * Step)..Math.Min(greatest.Length, (cell + 1) * Step)]);
            }
        });
    }

    /// <summary>Pixels a side of a cell.</summary>
    public int Step { get; }

    /// <summary>Cells a row.</summary>
    public int Width { get; }

    /// <summary>The greatest level in each cell, row by row.</summary>
    public byte[] Levels { get; }

    /// <summary>By coverage.</summary>
    public static MatteCells Covered(Raster matte) => new(matte, clear: false);

    /// <summary>By what coverage leaves clear: 255 less it.</summary>
    public static MatteCells Clear(Raster matte) => new(matte, clear: true);

    /// <summary>Whether each cell belongs to a region that counts, and is no speck. None does where there is no subject.</summary>
    public bool[] Subject()
    {
        var subject = new bool[Levels.Length];
        Region[] certain = [.. Regions().Where(static region => region.Strongest >= Certain)];
        var least = certain.Length == 0 ? 0 : certain.Max(static region => region.Cells.Length) * SpeckShare;
        Mark(certain.Where(region => region.Cells.Length >= least), subject);
        return subject;
    }

    /// <summary>
    /// Whether each cell belongs to a hole that is none: shut in, and small against the subject, smaller still where it is certain.
    /// </summary>
    /// <param name="most">Cells that it may have.</param>
    /// <param name="mostCertain">Cells that it may have with a pixel that is half clear.</param>
    public bool[] Pinholes(double most, double mostCertain)
    {
        var holes = new bool[Levels.Length];
        Mark(Regions().Where(region => !region.TouchesBorder && region.Cells.Length <= (region.Strongest >= Certain ? mostCertain : most)), holes);
        return holes;
    }

    /// <summary>Whether a cell has any level that counts.</summary>
    public bool Joins(int cell) => Levels[cell] >= Joining;

    /// <summary>Sets all pixels of some cells.</summary>
    public void Fill(Raster matte, Func<int, bool> chosen, byte level)
    {
        for (var cell = 0; cell < Levels.Length; cell++)
        {
            if (chosen(cell))
            {
                var (left, top) = (cell % Width * Step, cell / Width * Step);
                for (var y = top; y < Math.Min(matte.Height, top + Step); y++)
                {
                    matte.Row(y)[left..Math.Min(matte.Width, left + Step)].Fill(level);
                }
            }
        }
    }

    private static void Mark(IEnumerable<Region> regions, bool[] marks)
    {
        foreach (var region in regions)
        {
            foreach (var cell in region.Cells)
            {
                marks[cell] = true;
            }
        }
    }

    /// <summary>Floods every region of joined cells, 8-connected.</summary>
    private List<Region> Regions()
    {
        var regions = new List<Region>();
        var order = new List<int>(Levels.Length);
        var seen = new bool[Levels.Length];
        for (var start = 0; start < Levels.Length; start++)
        {
            if (!Joins(start) || seen[start])
            {
                continue;
            }

            order.Clear();
            var (strongest, touchesBorder) = ((byte)0, false);
            seen[start] = true;
            order.Add(start);
            for (var next = 0; next < order.Count; next++)
            {
                var (x, y) = (order[next] % Width, order[next] / Width);
                strongest = Math.Max(strongest, Levels[order[next]]);
                touchesBorder |= x == 0 || y == 0 || x == Width - 1 || y == _height - 1;
                for (var ny = Math.Max(0, y - 1); ny <= Math.Min(_height - 1, y + 1); ny++)
                {
                    for (var nx = Math.Max(0, x - 1); nx <= Math.Min(Width - 1, x + 1); nx++)
                    {
                        var neighbour = (ny * Width) + nx;
                        if (Joins(neighbour) && !seen[neighbour])
                        {
                            seen[neighbour] = true;
                            order.Add(neighbour);
                        }
                    }
                }
            }

            regions.Add(new Region(CollectionsMarshal.AsSpan(order).ToArray(), strongest, touchesBorder));
        }

        return regions;
    }

    private sealed record Region(int[] Cells, byte Strongest, bool TouchesBorder);
}
