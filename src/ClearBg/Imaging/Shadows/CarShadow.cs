namespace ClearBg.Imaging.Shadows;

/// <summary>
/// The shadow that a car has under any sky: the ground below it is dark, darkest where a wheel touches it, and a faint haze lies around. It is drawn from the
/// <see cref="GroundLine"/> alone, column by column: seen at the height of an eye, ground is so flat that a shadow's edge is soft along it and sharp across it.
/// Lengths are shares of the car's width.
/// </summary>
internal static class CarShadow
{
    /// <summary>How far behind the line that the near wheels stand on the ground is seen below the car. Behind that there is no shadow, whatever the car leaves open.</summary>
    private const float Depth = 0.06f;

    /// <summary>Columns in which the car is higher above the ground than this have nothing of it above them that counts.</summary>
    private const float Clearance = 0.12f;

    /// <summary>A wheel touches the ground where it is this near to it.</summary>
    private const float ContactGap = 0.008f;

    /// <summary>The core: how much of the light it takes, its soft edge, and how much further it reaches in front of a wheel.</summary>
    private const float CoreDarkness = 0.9f;
    private const float CoreEdge = 0.014f;
    private const float CoreContact = 0.006f;

    /// <summary>The haze: how much of the light it takes, how far behind the line its middle lies, and how far from there it is down to 1 ∕ e.</summary>
    private const float HazeDarkness = 0.45f;
    private const float HazeMiddle = 0.012f;
    private const float HazeReach = 0.032f;

    /// <summary>Softness along the ground: of both ends, and of what a wheel touches; standard deviations.</summary>
    private const float EndBlur = 0.025f;
    private const float ContactBlur = 0.015f;

    /// <summary>Casts it.</summary>
    /// <param name="pool">For the result.</param>
    /// <param name="silhouette">The car's coverage in its box, 0–1.</param>
    public static ShadowPlane Cast(BufferPool pool, Plane silhouette)
    {
        float width = silhouette.Width;
        var (side, below) = ((int)Math.Ceiling(3 * EndBlur * width), (int)Math.Ceiling(3 * HazeReach * width));
        var ground = GroundLine.Of(silhouette);
        var covered = Columns(ground, side, Clearance, EndBlur);
        var touched = Columns(ground, side, ContactGap, ContactBlur);

        // Most of the car stands above any of it.
        var first = Math.Max(0, (int)(ground.Highest - (Depth * width) - (3 * HazeReach * width)));
        var shadow = ShadowPlane.Around(pool, silhouette, side, -first, side, below);
        var samples = shadow.Darkness.Samples;
        var stride = shadow.Darkness.Width;
        for (var x = 0; x < stride; x++)
        {
            // Half of the haze lies outside, the core begins at the end of the car.
            var (line, cover, contact) = (ground.At(x - side) - first, covered[x], CoreContact * touched[x]);
            var inside = Step((2 * cover) - 1);
            for (var y = Math.Max(0, (int)(line - (Depth * width))); y < shadow.Darkness.Height; y++)
            {
                // In front of the line is positive.
                var distance = (y + 0.5f - line) / width;
                var core = CoreDarkness * inside * (1 - Step(((distance - contact) / CoreEdge) + 0.5f)) * Step((distance + (Depth * inside)) / (Depth / 2));
                var fromMiddle = (distance + HazeMiddle) / HazeReach;
                var haze = HazeDarkness * cover * MathF.Exp(-fromMiddle * fromMiddle);
                samples[(y * stride) + x] = 1 - ((1 - core) * (1 - haze));
            }
        }

        return shadow;
    }

    /// <summary>1 in the columns where the car is no higher above the ground than <paramref name="gap"/>, softened, with room at both ends.</summary>
    private static float[] Columns(GroundLine ground, int side, float gap, float blur)
    {
        var lowest = ground.Lowest;
        var columns = new float[lowest.Length + (2 * side)];
        for (var x = 0; x < lowest.Length; x++)
        {
            columns[side + x] = lowest[x] >= ground.At(x) - (gap * lowest.Length) ? 1 : 0;
        }

        BoxBlur.Apply(columns, blur * lowest.Length);
        return columns;
    }

    /// <summary>0 up to 0, 1 from 1, smooth between them.</summary>
    private static float Step(float value)
    {
        var t = Math.Clamp(value, 0, 1);
        return t * t * (3 - (2 * t));
    }
}
