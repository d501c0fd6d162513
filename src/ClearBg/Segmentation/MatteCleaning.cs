using ClearBg.Imaging;

namespace ClearBg.Segmentation;

/// <summary>
/// Takes away what is neither subject nor background: specks, which the subject's box leaves out too, and pinholes. Whatever hangs together with the subject stays, however
/// thin; so do holes that a person would see.
/// </summary>
internal static class MatteCleaning
{
    /// <summary>A hole nowhere half clear is filled up to this share of the subject's cells …</summary>
    private const double FaintHoleShare = 0.001;

    /// <summary>… and any other one up to this.</summary>
    private const double HoleShare = 0.0001;

    /// <summary>Changes a matte in place. Where there is no subject, nothing is changed.</summary>
    /// <param name="matte">One band.</param>
    public static void Clean(Raster matte)
    {
        var cells = MatteCells.Covered(matte);
        var subject = cells.Subject();
        var size = subject.AsSpan().Count(true);
        if (size == 0)
        {
            return;
        }

        cells.Fill(matte, cell => cells.Joins(cell) && !subject[cell], 0);
        var clear = MatteCells.Clear(matte);
        var holes = clear.Pinholes(FaintHoleShare * size, HoleShare * size);
        clear.Fill(matte, cell => holes[cell], byte.MaxValue);
    }
}
