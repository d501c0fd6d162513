namespace ClearBg.Segmentation.Refinement;

/// <summary>Goes through the pixels of a larger picture whose nearest sample in a smaller copy lies in a band, and tells where in the copy they are.</summary>
/// <param name="band">Of the copy.</param>
/// <param name="width">Of the picture, pixels.</param>
/// <param name="height">Of the picture, pixels.</param>
internal readonly struct Enlargement(Band band, int width, int height)
{
    /// <summary>Row of the copy, in samples between centres, for a row of the picture.</summary>
    public float RowAt(int y) => Math.Clamp(((y + 0.5f) * band.Height / height) - 0.5f, 0, band.Height - 1);

    /// <summary>Column of the copy, in samples between centres, for a column of the picture.</summary>
    public float ColumnAt(int x) => Math.Clamp(((x + 0.5f) * band.Width / width) - 0.5f, 0, band.Width - 1);

    /// <summary>The next stretch of such pixels in a row, from a column on; false when there is none.</summary>
    /// <param name="y">Row of the picture.</param>
    /// <param name="start">Where to look from; then where the stretch begins.</param>
    /// <param name="end">Where it ends.</param>
    public bool TryNext(int y, ref int start, out int end)
    {
        end = width;
        if (start >= width)
        {
            return false;
        }

        var cells = band.Row((int)((long)y * band.Height / height));
        var from = (int)((long)start * band.Width / width);
        var first = cells[from..].IndexOf((byte)1);
        if (first < 0)
        {
            return false;
        }

        start = Math.Max(start, FirstPixelOf(from + first));
        var length = cells[(from + first)..].IndexOf((byte)0);
        end = length < 0 ? width : FirstPixelOf(from + first + length);
        return true;
    }

    private int FirstPixelOf(int cell) => (int)((((long)cell * width) + band.Width - 1) / band.Width);
}
