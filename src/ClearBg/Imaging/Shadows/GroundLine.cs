namespace ClearBg.Imaging.Shadows;

/// <summary>
/// Where a subject stands: the lower convex hull of its outline, as far as that is no steeper than ground looks. A car's goes from wheel to wheel, an animal's from
/// paw to paw; on both sides of the outermost points of contact it goes on level.
/// </summary>
internal sealed class GroundLine
{
    /// <summary>From this coverage on a sample is the subject's.</summary>
    private const float Covered = 0.5f;

    /// <summary>Ground that recedes as far as the subject is wide looks no steeper than this …</summary>
    private const double Steepest = 0.5;

    /// <summary>… and a short stretch of the hull, from a wheel up to a bumper, must be flatter to be ground.</summary>
    private const double SteepestShort = 0.15;

    /// <summary>Share of the subject's width that is short.</summary>
    private const double Short = 0.2;

    private readonly float[] _lowest;
    private readonly (int X, float Y)[] _points;

    private GroundLine(float[] lowest, (int X, float Y)[] points) => (_lowest, _points) = (lowest, points);

    /// <summary>The row below the lowest covered sample of a column of the silhouette; negative where nothing is covered.</summary>
    public ReadOnlySpan<float> Lowest => _lowest;

    /// <summary>The row at which the ground is highest in the picture.</summary>
    public float Highest => _points.Min(static point => point.Y);

    /// <summary>Finds it. A silhouette that nowhere is covered stands on its last row.</summary>
    /// <param name="silhouette">The subject's coverage in its box, 0–1.</param>
    public static GroundLine Of(Plane silhouette)
    {
        var lowest = new float[silhouette.Width];
        Array.Fill(lowest, -1);
        for (var y = 0; y < silhouette.Height; y++)
        {
            var row = silhouette.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                lowest[x] = row[x] >= Covered ? y + 1 : lowest[x];
            }
        }

        var hull = Hull(lowest);
        return new GroundLine(lowest, hull.Count == 0 ? [(0, silhouette.Height)] : Contacts(hull, silhouette.Width));
    }

    /// <summary>The row of the ground at a column, which may lie outside of the silhouette.</summary>
    public float At(double x)
    {
        if (x <= _points[0].X)
        {
            return _points[0].Y;
        }

        for (var i = 1; i < _points.Length; i++)
        {
            var (from, to) = (_points[i - 1], _points[i]);
            if (x <= to.X)
            {
                return from.Y + ((to.Y - from.Y) * (float)((x - from.X) / (to.X - from.X)));
            }
        }

        return _points[^1].Y;
    }

    /// <summary>Andrew's monotone chain (1979), the half of it that lies lowest in the picture.</summary>
    private static List<(int X, float Y)> Hull(float[] lowest)
    {
        var hull = new List<(int X, float Y)>();
        for (var x = 0; x < lowest.Length; x++)
        {
            if (lowest[x] < 0)
            {
                continue;
            }

            while (hull.Count >= 2 && IsAbove(hull[^2], hull[^1], (x, lowest[x])))
            {
                hull.RemoveAt(hull.Count - 1);
            }

            hull.Add((x, lowest[x]));
        }

        return hull;
    }

    /// <summary>True when the middle point lies on or above the line between the others.</summary>
    private static bool IsAbove((int X, float Y) left, (int X, float Y) middle, (int X, float Y) right) =>
        (middle.Y - left.Y) * (right.X - left.X) <= (right.Y - left.Y) * (middle.X - left.X);

    /// <summary>From the lowest point to both sides: a corner that is too near and too high to be ground is left out, for one further on may be.</summary>
    private static (int X, float Y)[] Contacts(List<(int X, float Y)> hull, int width)
    {
        var lowest = 0;
        for (var i = 1; i < hull.Count; i++)
        {
            lowest = hull[i].Y > hull[lowest].Y ? i : lowest;
        }

        var contacts = new List<(int X, float Y)> { hull[lowest] };
        for (var i = lowest - 1; i >= 0; i--)
        {
            if (IsGround(hull[i], contacts[0], width))
            {
                contacts.Insert(0, hull[i]);
            }
        }

        for (var i = lowest + 1; i < hull.Count; i++)
        {
            if (IsGround(contacts[^1], hull[i], width))
            {
                contacts.Add(hull[i]);
            }
        }

        return [.. contacts];
    }

    private static bool IsGround((int X, float Y) left, (int X, float Y) right, int width)
    {
        var run = right.X - left.X;
        return Math.Abs(right.Y - left.Y) / run <= (run >= Short * width ? Steepest : SteepestShort);
    }
}
