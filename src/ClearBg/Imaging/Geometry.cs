namespace ClearBg.Imaging;

/// <summary>A length in pixels, or relative to another one.</summary>
/// <param name="Value">Pixels, or a fraction (0.1 is 10 %).</param>
/// <param name="IsRelative">True for a fraction.</param>
internal readonly record struct Length(double Value, bool IsRelative)
{
    /// <summary>Whole pixels of this length against <paramref name="whole"/> pixels.</summary>
    public int Pixels(int whole) => (int)Math.Round(IsRelative ? Value * whole : Value, MidpointRounding.AwayFromZero);
}

/// <summary>Four lengths around a box, relative to that box's size.</summary>
internal readonly record struct Margins(Length Top, Length Right, Length Bottom, Length Left)
{
    public static readonly Margins None;
}

/// <summary>
/// A place as CSS background-position gives it (CSS Backgrounds and Borders 3, 2.6): the fraction of the free space that lies to the left of and above the subject.
/// <see cref="Original"/> keeps the subject's centre where it was.
/// </summary>
internal readonly record struct Position(double X, double Y)
{
    public static readonly Position Center = new(0.5, 0.5);

    public static readonly Position Original = new(double.NaN, double.NaN);

    public bool IsOriginal => double.IsNaN(X);
}

/// <summary>A part of a picture between two corners, from its top left; lengths are pixels of the upright picture as it was sent, or fractions of its sides.</summary>
internal readonly record struct Region(Length Left, Length Top, Length Right, Length Bottom);
