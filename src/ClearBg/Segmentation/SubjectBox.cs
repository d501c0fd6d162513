using ClearBg.Imaging;

namespace ClearBg.Segmentation;

/// <summary>
/// Finds the subject's box: connected regions of the matte are told from specks, then the box around what is left is tightened at full size.
/// </summary>
internal static class SubjectBox
{
    /// <summary>A pixel belongs to the box from this alpha on (of 255): fainter ones can't be seen.</summary>
    public const byte Visible = 13;

    /// <summary>A region counts when some pixel of it is at least half covered …</summary>
    private const byte Certain = 128;

    /// <summary>… and when it has at least this share of the largest region's pixels.</summary>
    private const double SpeckShare = 0.005;

    /// <summary>Regions are labelled on a matte of at most this many pixels a side; that finds the same regions in a hundredth of the time.</summary>
    private const int LabelSide = 320;

    /// <summary>The box around everything visible that is no speck; null when there is no subject.</summary>
    /// <param name="matte">One band, full size.</param>
    public static Box? Find(Raster matte)
    {
        var step = Math.Max(1, (Math.Max(matte.Width, matte.Height) + LabelSide - 1) / LabelSide);
        var (width, height) = ((matte.Width + step - 1) / step, (matte.Height + step - 1) / step);
        var coarse = Maxima(matte, step, width, height);
        if (RegionsBox(coarse, width, height) is not { } box)
        {
            return null;
        }

        var rough = new Box(box.Left * step, box.Top * step, Math.Min(matte.Width, box.Right * step) - (box.Left * step), Math.Min(matte.Height, box.Bottom * step) - (box.Top * step));
        return Tighten(matte, rough);
    }

    private static byte[] Maxima(Raster matte, int step, int width, int height)
    {
        var coarse = new byte[width * height];
        for (var y = 0; y < matte.Height; y++)
        {
            var source = matte.Row(y);
            var target = coarse.AsSpan(y / step * width, width);
            for (var x = 0; x < source.Length; x += step)
            {
                ref var cell = ref target[x / step];
                foreach (var alpha in source[x..Math.Min(source.Length, x + step)])
                {
                    cell = Math.Max(cell, alpha);
                }
            }
        }

        return coarse;
    }

    /// <summary>Floods every region of visible cells (8-connected) and joins the boxes of those that count.</summary>
    private static Box? RegionsBox(byte[] cells, int width, int height)
    {
        var regions = new List<(int Cells, Box Box)>();
        var seen = new bool[cells.Length];
        var open = new Stack<int>();
        for (var start = 0; start < cells.Length; start++)
        {
            if (cells[start] < Visible || seen[start])
            {
                continue;
            }

            var (count, strongest, left, top, right, bottom) = (0, (byte)0, width, height, 0, 0);
            seen[start] = true;
            open.Push(start);
            while (open.TryPop(out var cell))
            {
                var (x, y) = (cell % width, cell / width);
                count++;
                strongest = Math.Max(strongest, cells[cell]);
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
                for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
                {
                    for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                    {
                        var neighbour = (ny * width) + nx;
                        if (cells[neighbour] >= Visible && !seen[neighbour])
                        {
                            seen[neighbour] = true;
                            open.Push(neighbour);
                        }
                    }
                }
            }

            if (strongest >= Certain)
            {
                regions.Add((count, new Box(left, top, right - left, bottom - top)));
            }
        }

        if (regions.Count == 0)
        {
            return null;
        }

        var largest = regions.Max(static region => region.Cells);
        var kept = regions.Where(region => region.Cells >= largest * SpeckShare).Select(static region => region.Box).ToList();
        var (l, t) = (kept.Min(static box => box.Left), kept.Min(static box => box.Top));
        return new Box(l, t, kept.Max(static box => box.Right) - l, kept.Max(static box => box.Bottom) - t);
    }

    private static Box Tighten(Raster matte, Box rough)
    {
        var (left, top, right, bottom) = (rough.Right, rough.Bottom, rough.Left, rough.Top);
        for (var y = rough.Top; y < rough.Bottom; y++)
        {
            var row = matte.Row(y)[rough.Left..rough.Right];
            var first = row.IndexOfAnyInRange(Visible, byte.MaxValue);
            if (first >= 0)
            {
                left = Math.Min(left, rough.Left + first);
                right = Math.Max(right, rough.Left + row.LastIndexOfAnyInRange(Visible, byte.MaxValue) + 1);
                top = Math.Min(top, y);
                bottom = y + 1;
            }
        }

        return new Box(left, top, right - left, bottom - top);
    }
}
