using ClearBg.Evaluation;
using ClearBg.Imaging;
using static ClearBg.Tests.Evaluation.Mattes;

namespace ClearBg.Tests.Evaluation;

/// <summary>What lies near an edge, against looking at every pair of pixels.</summary>
public sealed class EdgesTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(60, 45, 1)]
    [InlineData(60, 45, 4)]
    [InlineData(31, 70, 9)]
    [InlineData(5, 4, 3)]
    public void A_rim_is_what_has_an_outside_pixel_within_a_square(int width, int height, int depth)
    {
        using var matte = Paint(_pool, width, height, Disc(width * 0.6, height * 0.5, Math.Min(width, height) * 0.45, 2));
        var mask = Mask.Foreground(matte);

        var rim = BoundaryOverlap.Rim(mask, depth);

        AssertEach(rim, (x, y) => Inside(mask, x, y) && Around(depth).Any(step => !Inside(mask, x + step.X, y + step.Y)));
    }

    [Theory]
    [InlineData(60, 45, 1)]
    [InlineData(60, 45, 8)]
    [InlineData(23, 90, 3)]
    [InlineData(5, 4, 1)]
    public void The_band_is_what_is_within_ten_pixels_of_the_edge_in_a_straight_line(int width, int height, double soft)
    {
        using var matte = Paint(_pool, width, height, Disc(width * 0.8, height * 0.6, Math.Min(width, height) * 0.4, soft));
        var subject = Mask.Foreground(matte);

        var band = EdgeBand.Around(matte, subject);

        var edge = new HashSet<(int X, int Y)>();
        for (var i = 0; i < subject.Pixels.Length; i++)
        {
            var (x, y) = (i % width, i / width);
            (int X, int Y)[] neighbours = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
            var isOutermost = subject.Pixels[i] && neighbours.Any(at => at.X >= 0 && at.Y >= 0 && at.X < width && at.Y < height && !Inside(subject, at.X, at.Y));
            if (isOutermost || matte.Samples[i] is > 0.02f and < 0.98f)
            {
                edge.Add((x, y));
            }
        }

        AssertEach(band, (x, y) => edge.Any(at => ((at.X - x) * (at.X - x)) + ((at.Y - y) * (at.Y - y)) <= 100));
    }

    [Fact]
    public void There_is_no_band_where_all_is_covered_or_nothing()
    {
        using var full = Paint(_pool, 20, 10, Flat(1));
        using var empty = Paint(_pool, 20, 10, Flat(0));

        Assert.Equal((0, 0), (EdgeBand.Around(full, Mask.Foreground(full)).Count, EdgeBand.Around(empty, Mask.Foreground(empty)).Count));
    }

    private static bool Inside(Mask mask, int x, int y) => x >= 0 && y >= 0 && x < mask.Width && y < mask.Height && mask.Row(y)[x];

    private static IEnumerable<(int X, int Y)> Around(int depth) =>
        from y in Enumerable.Range(-depth, (2 * depth) + 1) from x in Enumerable.Range(-depth, (2 * depth) + 1) select (x, y);

    private static void AssertEach(Mask mask, Func<int, int, bool> expected)
    {
        for (var i = 0; i < mask.Pixels.Length; i++)
        {
            Assert.True(mask.Pixels[i] == expected(i % mask.Width, i / mask.Width), $"{i % mask.Width}, {i / mask.Width} is {mask.Pixels[i]}");
        }
    }
}
