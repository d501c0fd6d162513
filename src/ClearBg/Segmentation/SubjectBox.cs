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

    /// <summary>The box around everything visible that is no speck; null when there is no subject.</summary>
    /// <param name="matte">One band, full size.</param>
    public static Box? Find(Raster matte)
    {
        var cells = MatteCells.Covered(matte);
        var kept = cells.Subject();
        return kept.Contains(true) ? Tighten(matte, cells, kept) : null;
    }

    /// <summary>The box of the visible pixels in the cells that were kept. At least one of those is certain, so there is a box.</summary>
    private static Box Tighten(Raster matte, MatteCells cells, bool[] kept)
    {
        var (left, top, right, bottom) = (matte.Width, matte.Height, 0, 0);
        for (var y = 0; y < matte.Height; y++)
        {
            var row = matte.Row(y);
            for (var column = 0; column < cells.Width; column++)
            {
                var (cell, start) = ((y / cells.Step * cells.Width) + column, column * cells.Step);
                if (!kept[cell] || cells.Levels[cell] < Visible)
                {
                    continue;
                }

                var pixels = row[start..Math.Min(row.Length, start + cells.Step)];
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
