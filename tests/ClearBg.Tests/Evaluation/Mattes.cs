using ClearBg.Imaging;

namespace ClearBg.Tests.Evaluation;

/// <summary>Coverage of a pixel by a formula that can be written the same way in any language: a column, a row, and the matte's size to 0–1.</summary>
internal delegate double Coverage(int x, int y, int width, int height);

/// <summary>Mattes by formula, in levels of 8 bits: round(255 · coverage) ∕ 255.</summary>
internal static class Mattes
{
    /// <summary>Full inside, and falling from full to nothing over <paramref name="soft"/> pixels around the radius.</summary>
    public static Coverage Disc(double x, double y, double radius, double soft) =>
        (column, row, _, _) => Math.Clamp(((radius - Math.Sqrt(((column - x) * (column - x)) + ((row - y) * (row - y)))) / soft) + 0.5, 0, 1);

    /// <summary>From nothing in the first column to full in the last one.</summary>
    public static Coverage Ramp { get; } = static (x, _, width, _) => (double)x / (width - 1);

    public static Coverage Flat(double coverage) => (_, _, _, _) => coverage;

    /// <summary>The upper 8 bits of a linear congruential generator (1664525, 1013904223, 2³²), one number a pixel in reading order.</summary>
    public static Coverage Noise(uint seed)
    {
        var (state, next) = (seed, 0);
        return (x, y, width, _) =>
        {
            Assert.Equal(next++, (y * width) + x);
            state = unchecked((state * 1664525) + 1013904223);
            return (state >> 24) / 255.0;
        };
    }

    public static Coverage Mix(Coverage one, Coverage other, double share) =>
        (x, y, width, height) => (one(x, y, width, height) * (1 - share)) + (other(x, y, width, height) * share);

    public static Plane Paint(BufferPool pool, int width, int height, Coverage coverage)
    {
        var plane = new Plane(pool, width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                plane.Samples[(y * width) + x] = (float)Math.Floor((coverage(x, y, width, height) * 255) + 0.5) / 255f;
            }
        }

        return plane;
    }
}
