namespace ClearBg.Imaging;

/// <summary>
/// Where the cut-out goes: a canvas, the part of the picture that is shown, and the place on the canvas that it is shown at, scaled when the two differ in size.
/// </summary>
/// <param name="Width">Of the canvas, pixels.</param>
/// <param name="Height">Of the canvas, pixels.</param>
/// <param name="Source">In the picture.</param>
/// <param name="Target">On the canvas; never leaves it.</param>
internal readonly record struct Layout(int Width, int Height, Box Source, Box Target)
{
    /// <summary>True when what is shown covers the canvas.</summary>
    public bool FillsCanvas => Target == new Box(0, 0, Width, Height);

    /// <summary>
    /// Crop first makes the canvas, then scale and position act inside it. At 100 % the subject touches the canvas; <paramref name="position"/> is CSS background-position,
    /// so x = (canvas − subject) · px; the original position keeps the subject's centre as far as the canvas allows.
    /// </summary>
    /// <param name="width">Of the picture, pixels.</param>
    /// <param name="height">Of the picture, pixels.</param>
    /// <param name="subject">The subject's box in the picture.</param>
    /// <param name="crop">Make the subject's box the canvas.</param>
    /// <param name="margin">Canvas added around the subject when cropping.</param>
    /// <param name="scale">The subject against the canvas, 0.1 to 1; null leaves its size.</param>
    /// <param name="position">Null leaves the subject in place, or centres it when it is scaled.</param>
    /// <param name="maxPixels">A canvas with more pixels is scaled down with everything on it.</param>
    /// <param name="maxSide">The same for its longer side.</param>
    public static Layout Arrange(int width, int height, Box subject, bool crop, Margins margin, double? scale, Position? position, long maxPixels, int maxSide)
    {
        var (canvasWidth, canvasHeight, source, target) = (width, height, new Box(0, 0, width, height), new Box(0, 0, width, height));
        if (crop)
        {
            var (top, left) = (margin.Top.Pixels(subject.Height), margin.Left.Pixels(subject.Width));
            canvasWidth = left + subject.Width + margin.Right.Pixels(subject.Width);
            canvasHeight = top + subject.Height + margin.Bottom.Pixels(subject.Height);
            (source, target) = (subject, subject with { Left = left, Top = top });
        }

        if (scale is not null || position is not null)
        {
            var centre = crop ? (X: target.Left + (target.Width / 2.0), Y: target.Top + (target.Height / 2.0))
                : (X: subject.Left + (subject.Width / 2.0), Y: subject.Top + (subject.Height / 2.0));
            (source, target) = (subject, Scaled(canvasWidth, canvasHeight, subject, scale));
            target = Moved(canvasWidth, canvasHeight, target, position ?? Position.Center, centre);
        }

        return Fit(new Layout(canvasWidth, canvasHeight, source, target), maxPixels, maxSide);
    }

    /// <summary>
    /// The same canvas and scale with as much of the picture around the subject as the canvas has room for: a soft edge may reach further than the subject's box,
    /// and must not end in a straight line.
    /// </summary>
    /// <param name="width">Of the picture, pixels.</param>
    /// <param name="height">Of the picture, pixels.</param>
    public Layout Widened(int width, int height)
    {
        var (left, sourceWidth, targetLeft, targetWidth) = Widened(Source.Left, Source.Width, Target.Left, Target.Width, width, Width);
        var (top, sourceHeight, targetTop, targetHeight) = Widened(Source.Top, Source.Height, Target.Top, Target.Height, height, Height);
        return this with { Source = new Box(left, top, sourceWidth, sourceHeight), Target = new Box(targetLeft, targetTop, targetWidth, targetHeight) };
    }

    /// <summary>One axis: whole pixels of the picture on both sides, as far as the picture and the canvas go.</summary>
    private static (int Source, int SourceLength, int Target, int TargetLength) Widened(int source, int sourceLength, int target, int targetLength, int picture, int canvas)
    {
        var scale = (double)targetLength / sourceLength;
        var before = (int)Math.Min(source, target / scale);
        var after = (int)Math.Min(picture - source - sourceLength, (canvas - target - targetLength) / scale);
        var start = Math.Clamp((int)Math.Round(target - (before * scale)), 0, target);
        var end = Math.Clamp((int)Math.Round(target + targetLength + (after * scale)), target + targetLength, canvas);
        return (source - before, sourceLength + before + after, start, end - start);
    }

    private static Box Scaled(int width, int height, Box subject, double? scale)
    {
        var factor = scale is { } fraction ? Math.Min(fraction * width / subject.Width, fraction * height / subject.Height) : 1;
        return subject with
        {
            Width = Math.Clamp((int)Math.Round(subject.Width * factor), 1, width),
            Height = Math.Clamp((int)Math.Round(subject.Height * factor), 1, height),
        };
    }

    private static Box Moved(int width, int height, Box subject, Position position, (double X, double Y) centre)
    {
        var (freeX, freeY) = (width - subject.Width, height - subject.Height);
        var (x, y) = position.IsOriginal
            ? (centre.X - (subject.Width / 2.0), centre.Y - (subject.Height / 2.0))
            : (freeX * position.X, freeY * position.Y);
        return subject with { Left = Math.Clamp((int)Math.Round(x), 0, freeX), Top = Math.Clamp((int)Math.Round(y), 0, freeY) };
    }

    private static Layout Fit(Layout layout, long maxPixels, int maxSide)
    {
        var factor = Math.Min(1, Math.Min(Math.Sqrt(maxPixels / ((double)layout.Width * layout.Height)), maxSide / (double)Math.Max(layout.Width, layout.Height)));
        if (factor >= 1)
        {
            return layout;
        }

        var (width, height) = (Math.Max(1, (int)(layout.Width * factor)), Math.Max(1, (int)(layout.Height * factor)));
        var target = layout.Target;
        var (left, top) = ((int)(target.Left * factor), (int)(target.Top * factor));
        return new Layout(width, height, layout.Source, new Box(
            Math.Min(left, width - 1),
            Math.Min(top, height - 1),
            Math.Clamp((int)(target.Width * factor), 1, Math.Max(1, width - left)),
            Math.Clamp((int)(target.Height * factor), 1, Math.Max(1, height - top))));
    }
}
