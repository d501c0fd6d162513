using System.Numerics.Tensors;
using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>
/// The part of a picture where a matte is hard to get right: all within 10 pixels, in a straight line, of the true matte's edge. The edge is the subject's outermost pixels
/// and every pixel that is covered by 2 to 98 %.
/// </summary>
internal static class EdgeBand
{
    public const int Reach = 10;

    private const float Least = 0.02f;
    private const float Most = 0.98f;

    /// <summary>Rows a task.</summary>
    private const int BandRows = 64;

    /// <param name="truth">The true matte, 0 to 1.</param>
    /// <param name="subject">Where it covers at least half.</param>
    public static Mask Around(Plane truth, Mask subject)
    {
        var edge = Edge(truth, subject);
        var (width, height) = (edge.Width, edge.Height);
        var distances = new byte[edge.Pixels.Length];
        var band = new Mask(width, height);
        Parallel.For(0, height, y => AlongRow(edge.Row(y), distances.AsSpan(y * width, width)));
        Parallel.For(0, (height + BandRows - 1) / BandRows, part =>
        {
            byte[] nearest = new byte[width], one = new byte[width];
            for (var y = part * BandRows; y < Math.Min(height, (part + 1) * BandRows); y++)
            {
                Collect(distances, y, height, nearest, one);
                var row = band.Row(y);
                for (var x = 0; x < row.Length; x++)
                {
                    row[x] = nearest[x] <= Reach;
                }
            }
        });
        return band;
    }

    /// <summary>A subject that leaves the picture has no edge there: what is beyond isn't known.</summary>
    private static Mask Edge(Plane truth, Mask subject)
    {
        var edge = new Mask(subject.Width, subject.Height);
        for (var y = 0; y < edge.Height; y++)
        {
            var coverage = truth.Row(y);
            var inside = subject.Row(y);
            var above = subject.Row(Math.Max(0, y - 1));
            var below = subject.Row(Math.Min(edge.Height - 1, y + 1));
            var seeds = edge.Row(y);
            for (var x = 0; x < seeds.Length; x++)
            {
                var enclosed = above[x] && below[x] && inside[Math.Max(0, x - 1)] && inside[Math.Min(seeds.Length - 1, x + 1)];
                seeds[x] = (inside[x] && !enclosed) || coverage[x] is > Least and < Most;
            }
        }

        return edge;
    }

    /// <summary>Distance to the nearest pixel of the edge in the same row; <see cref="Reach"/> + 1 stands for any greater one.</summary>
    private static void AlongRow(ReadOnlySpan<bool> edge, Span<byte> distances)
    {
        var distance = Reach + 1;
        for (var x = 0; x < edge.Length; x++)
        {
            distance = edge[x] ? 0 : Math.Min(distance + 1, Reach + 1);
            distances[x] = (byte)distance;
        }

        for (var x = edge.Length - 1; x >= 0; x--)
        {
            distance = Math.Min(distance + 1, distances[x]);
            distances[x] = (byte)distance;
        }
    }

    /// <summary>
    /// At most <see cref="Reach"/> for those pixels of a row from which some row, at most that far away, has the edge within √(reach² − rows²) columns. Each row's
    /// distances are raised by what its own reach falls short, so that one least value tells: bytes, many at a time.
    /// </summary>
    private static void Collect(byte[] distances, int y, int height, byte[] nearest, byte[] one)
    {
        nearest.AsSpan().Fill(byte.MaxValue);
        for (var other = Math.Max(0, y - Reach); other <= Math.Min(height - 1, y + Reach); other++)
        {
            var reach = (int)Math.Sqrt((Reach * Reach) - ((other - y) * (other - y)));
            TensorPrimitives.Add(distances.AsSpan(other * nearest.Length, nearest.Length), (byte)(Reach - reach), one);
            TensorPrimitives.Min(nearest, one, nearest);
        }
    }
}
