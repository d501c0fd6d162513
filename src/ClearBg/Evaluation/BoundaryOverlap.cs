namespace ClearBg.Evaluation;

/// <summary>
/// Boundary IoU (Cheng et al., Boundary IoU: Improving Object-Centric Image Segmentation Evaluation, CVPR 2021): the intersection over union of the rims of two masks.
/// A rim is what lies within 2 % of the picture's diagonal of the mask's own edge, on its inside; the picture's edge is one too.
/// </summary>
internal static class BoundaryOverlap
{
    private const double RimShare = 0.02;

    /// <summary>0 to 1; 1 for two empty masks.</summary>
    /// <param name="one">A mask.</param>
    /// <param name="other">A mask of the same size.</param>
    public static double Iou(Mask one, Mask other)
    {
        var diagonal = Math.Sqrt(((double)one.Width * one.Width) + ((double)one.Height * one.Height));
        var depth = Math.Max(1, (int)Math.Round(RimShare * diagonal));
        return Mask.Iou(Rim(one, depth), Rim(other, depth));
    }

    /// <summary>Those pixels of a mask that have one outside of it, or the picture's edge, within a chessboard distance.</summary>
    /// <param name="mask">The mask.</param>
    /// <param name="depth">Pixels, at least 1.</param>
    internal static Mask Rim(Mask mask, int depth)
    {
        // A pixel lies deeper when the square around it is all inside. Squares are told by runs: along the row, then of such places down the column.
        var side = (2 * depth) + 1;
        var rim = new Mask(mask.Width, mask.Height);
        mask.Pixels.CopyTo(rim.Pixels, 0);
        var columns = new int[mask.Width];
        for (var y = 0; y < mask.Height; y++)
        {
            var row = mask.Row(y);
            var run = 0;
            for (var x = 0; x < row.Length; x++)
            {
                run = row[x] ? run + 1 : 0;
                if (x < depth)
                {
                    continue;
                }

                var centre = x - depth;
                columns[centre] = run >= side ? columns[centre] + 1 : 0;
                if (columns[centre] >= side)
                {
                    rim.Pixels[((y - depth) * mask.Width) + centre] = false;
                }
            }
        }

        return rim;
    }
}
