using System.Numerics.Tensors;
using ClearBg.Imaging;

namespace ClearBg.Segmentation;

/// <summary>
/// Makes what is see-through inside of a subject opaque, such as car windows, and leaves its edge as soft as it is. The edge is what can be reached from the
/// background through half covered pixels within a short way; a window is shut off by its frame, or lies deeper. Clear holes are background and stay.
/// </summary>
internal static class SolidInterior
{
    /// <summary>Up to this alpha (of 255) a pixel is background, a twentieth …</summary>
    private const byte Clear = 13;

    /// <summary>… and from this one on it is opaque, which nothing is reached through.</summary>
    private const byte Solid = 250;

    /// <summary>How deep an edge is, in shares of √(width · height) of the subject: hair and fur are some hundredths. As far again everything turns opaque little by little.</summary>
    private const double EdgeShare = 0.03;

    /// <summary>The way is searched on at most this many cells a side, each as clear as its clearest pixel.</summary>
    private const int CellSide = 1024;

    /// <summary>Changes a matte in place, in a time linear in its pixels.</summary>
    /// <param name="matte">One band.</param>
    /// <param name="subject">The subject's box.</param>
    public static void Fill(Raster matte, Box subject)
    {
        var step = (Math.Max(matte.Width, matte.Height) + CellSide - 1) / CellSide;
        var (width, height) = ((matte.Width + step - 1) / step, (matte.Height + step - 1) / step);
        var depth = Math.Max(1, (int)Math.Round(EdgeShare * Math.Sqrt((double)subject.Width * subject.Height) / step));
        var cells = Minima(matte, step, width, height);
        var distances = Reach(cells, width, height, 2 * depth);
        Parallel.For(0, height, cellRow =>
        {
            for (var y = cellRow * step; y < Math.Min(matte.Height, (cellRow + 1) * step); y++)
            {
                var row = matte.Row(y);
                for (var cell = 0; cell < width; cell++)
                {
                    var beyond = Math.Clamp(distances[(cellRow * width) + cell] - depth, 0, depth);
                    if (beyond > 0)
                    {
                        foreach (ref var alpha in row[(cell * step)..Math.Min(row.Length, (cell + 1) * step)])
                        {
                            alpha = (byte)(alpha + (((255 - alpha) * beyond) / depth));
                        }
                    }
                }
            }
        });
    }

    private static byte[] Minima(Raster matte, int step, int width, int height)
    {
        var cells = new byte[width * height];
        Parallel.For(0, height, cellRow =>
        {
            Span<byte> least = new byte[matte.Width];
            matte.Row(cellRow * step).CopyTo(least);
            for (var y = (cellRow * step) + 1; y < Math.Min(matte.Height, (cellRow + 1) * step); y++)
            {
                TensorPrimitives.Min(least, matte.Row(y), least);
            }

            for (var cell = 0; cell < width; cell++)
            {
                cells[(cellRow * width) + cell] = TensorPrimitives.Min<byte>(least[(cell * step)..Math.Min(least.Length, (cell + 1) * step)]);
            }
        });
        return cells;
    }

    /// <summary>Steps from the background to each cell through cells that aren't opaque, 8-connected; <paramref name="most"/> for what is further or can't be reached.</summary>
    private static ushort[] Reach(byte[] cells, int width, int height, int most)
    {
        var distances = new ushort[cells.Length];
        var order = new List<int>(cells.Length);
        for (var cell = 0; cell < cells.Length; cell++)
        {
            if (cells[cell] <= Clear)
            {
                order.Add(cell);
            }
            else
            {
                distances[cell] = (ushort)most;
            }
        }

        for (var next = 0; next < order.Count; next++)
        {
            var (x, y, distance) = (order[next] % width, order[next] / width, distances[order[next]] + 1);
            if (distance >= most)
            {
                break;
            }

            for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
            {
                for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                {
                    var neighbour = (ny * width) + nx;
                    if (distances[neighbour] > distance && cells[neighbour] < Solid)
                    {
                        distances[neighbour] = (ushort)distance;
                        order.Add(neighbour);
                    }
                }
            }
        }

        return distances;
    }
}
