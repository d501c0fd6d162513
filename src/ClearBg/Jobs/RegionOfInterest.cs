using System.Globalization;
using ClearBg.Imaging;

namespace ClearBg.Jobs;

/// <summary>The part of an upright picture that may hold the subject, and the same part of copies of that picture at any other size.</summary>
/// <param name="Part">In the picture as it was sent; at least one pixel, and inside of it.</param>
/// <param name="Width">Of the picture as it was sent, pixels.</param>
/// <param name="Height">Of the picture as it was sent, pixels.</param>
internal readonly record struct RegionOfInterest(Box Part, int Width, int Height)
{
    public bool IsWhole => Part == new Box(0, 0, Width, Height);

    /// <summary>Finds the pixels that were asked for, rounded to whole ones.</summary>
    /// <param name="region">Null for the whole picture.</param>
    /// <param name="width">Of the upright picture, pixels.</param>
    /// <param name="height">Of the upright picture, pixels.</param>
    /// <returns>
    /// <see cref="FailureCode.RegionExceedsBounds"/>: a corner lies outside the picture. <see cref="FailureCode.RegionEmpty"/>: there is no pixel between the corners,
    /// or the second lies left of or above the first.
    /// </returns>
    public static Outcome<RegionOfInterest> Of(Region? region, int width, int height)
    {
        if (region is not { } asked)
        {
            return new RegionOfInterest(new Box(0, 0, width, height), width, height);
        }

        var (left, top, right, bottom) = (asked.Left.Pixels(width), asked.Top.Pixels(height), asked.Right.Pixels(width), asked.Bottom.Pixels(height));
        if (Math.Min(left, right) < 0 || Math.Max(left, right) > width || Math.Min(top, bottom) < 0 || Math.Max(top, bottom) > height)
        {
            return new Failure(
                FailureCode.RegionExceedsBounds,
                string.Create(CultureInfo.InvariantCulture, $"The region goes from {left}, {top} to {right}, {bottom}; the picture has {width} × {height} pixels."));
        }

        if (left >= right || top >= bottom)
        {
            return new Failure(
                FailureCode.RegionEmpty, string.Create(CultureInfo.InvariantCulture, $"The region goes from {left}, {top} to {right}, {bottom} and holds no pixel."));
        }

        return new RegionOfInterest(new Box(left, top, right - left, bottom - top), width, height);
    }

    /// <summary>The pixels of a copy of <paramref name="width"/> × <paramref name="height"/> that show any of this part.</summary>
    public Box Covering(int width, int height)
    {
        var (left, top) = ((int)((long)Part.Left * width / Width), (int)((long)Part.Top * height / Height));
        return new Box(left, top, (int)CeilingOf(Part.Right, width, Width) - left, (int)CeilingOf(Part.Bottom, height, Height) - top);
    }

    /// <summary>The pixels of a copy of <paramref name="width"/> × <paramref name="height"/> that show more of this part than of what lies around it; at least one.</summary>
    public Box Nearest(int width, int height)
    {
        var (left, top) = (Math.Min(RoundOf(Part.Left, width, Width), width - 1), Math.Min(RoundOf(Part.Top, height, Height), height - 1));
        return new Box(left, top, Math.Max(1, RoundOf(Part.Right, width, Width) - left), Math.Max(1, RoundOf(Part.Bottom, height, Height) - top));
    }

    private static long CeilingOf(int value, int length, int whole) => (((long)value * length) + whole - 1) / whole;

    private static int RoundOf(int value, int length, int whole) => (int)Math.Round((double)value * length / whole, MidpointRounding.AwayFromZero);
}
