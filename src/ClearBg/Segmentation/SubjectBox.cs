using ClearBg.Imaging;

namespace ClearBg.Segmentation;

/// <summary>
/// Finds the subject's box: connected regions of the matte are told from specks, then the box around what is left is tightened at full size.
/// </summary>
internal static class SubjectBox
{
    /// <summary>
    /// A pixel belongs to the box from this alpha on (of 255), a fifth. Fainter haze around a subject is nothing that a person would leave room for, and it can
    /// reach far: a twentieth, tried first, put the box of the astronaut among the samples at the picture's edge, 20 pixels from her sleeve.
    /// </summary>
    public const byte Visible = 51;

    /// <summary>From this alpha on a pixel joins what lies on its two sides: a thin strand stays part of the subject where it pales.</summary>
    private const byte Joining = 13;

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
        var cells = Maxima(matte, step, width, height);
        return KeepSubject(cells, width, height) ? Tighten(matte, cells, step, width) : null;
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

    /// <summary>Floods every region of joined cells (8-connected) and clears the cells of those that don't count. False when none is left.</summary>
    private static bool KeepSubject(byte[] cells, int width, int height)
    {
        var regions = new List<(int First, int Count)>();
        var order = new List<int>(cells.Length);
        var seen = new bool[cells.Length];
        for (var start = 0; start < cells.Length; start++)
        {
            if (cells[start] < Joining || seen[start])
            {
                continue;
            }

            var (first, strongest) = (order.Count, (byte)0);
            seen[start] = true;
            order.Add(start);
            for (var next = first; next < order.Count; next++)
            {
                var (x, y) = (order[next] % width, order[next] / width);
                strongest = Math.Max(strongest, cells[order[next]]);
                for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
                {
                    for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                    {
                        var neighbour = (ny * width) + nx;
                        if (cells[neighbour] >= Joining && !seen[neighbour])
                        {
                            seen[neighbour] = true;
                            order.Add(neighbour);
                        }
                    }
                }
            }

            if (strongest >= Certain)
            {
                regions.Add((first, order.Count - first));
            }
        }

        if (regions.Count == 0)
        {
            return false;
        }

        var least = regions.Max(static region => region.Count) * SpeckShare;
        var kept = new bool[cells.Length];
        foreach (var (first, count) in regions.Where(region => region.Count >= least))
        {
            foreach (var cell in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(order).Slice(first, count))
            {
                kept[cell] = true;
            }
        }

        for (var cell = 0; cell < cells.Length; cell++)
        {
            cells[cell] = kept[cell] ? cells[cell] : (byte)0;
        }

        return true;
    }

    /// <summary>The box of the visible pixels in the cells that were kept. At least one of those is certain, so there is a box.</summary>
    private static Box Tighten(Raster matte, byte[] cells, int step, int width)
    {
        var (left, top, right, bottom) = (matte.Width, matte.Height, 0, 0);
        for (var y = 0; y < matte.Height; y++)
        {
            var row = matte.Row(y);
            var kept = cells.AsSpan(y / step * width, width);
            for (var cell = 0; cell < width; cell++)
            {
                var start = cell * step;
                if (kept[cell] < Visible)
                {
                    continue;
                }

                var pixels = row[start..Math.Min(row.Length, start + step)];
                var first = pixels.IndexOfAnyInRange(Visible, byte.MaxValue);
                if (first >= 0)
                {
                    left = Math.Min(left, start + first);
                    right = Math.Max(right, start + pixels.LastIndexOfAnyInRange(Visible, byte.MaxValue) + 1);
                    (top, bottom) = (Math.Min(top, y), y + 1);
                }
            }
        }

        return new Box(left, top, right - left, bottom - top);
    }
}
