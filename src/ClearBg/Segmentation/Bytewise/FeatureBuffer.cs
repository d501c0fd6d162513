namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// Memory for one tensor's bytes, or for several that are concatenated: rows of pixels, channels innermost, with a border for the paddings of the Convs that
/// read it. Tiles then load their rows where they lie.
/// </summary>
/// <param name="width">Pixels.</param>
/// <param name="height">Pixels.</param>
/// <param name="channels">Bytes a pixel.</param>
internal sealed class FeatureBuffer(int width, int height, int channels)
{
    // What multiplies may read past the last pixel's channels: up to a step where the weights are 0, and a vector.
    private const long Slack = 128;

    public int Width => width;

    public int Height => height;

    public int Channels => channels;

    /// <summary>Pixels on each side.</summary>
    public int Border { get; private set; }

    /// <summary>Number of the step that writes it first.</summary>
    public int FirstStep { get; private set; } = int.MaxValue;

    /// <summary>Number of the step that touches it last.</summary>
    public int LastStep { get; private set; } = -1;

    /// <summary>Offset in the memory of an inference.</summary>
    public long Address { get; set; }

    public long RowStride => (width + (2L * Border)) * channels;

    /// <summary>In whole lines of the cache.</summary>
    public long Bytes => (((height + (2L * Border)) * RowStride) + Slack + 63) & ~63L;

    /// <summary>Wants a border of at least that many pixels.</summary>
    public void Pad(int pixels) => Border = Math.Max(Border, pixels);

    /// <summary>Keeps the memory for a step.</summary>
    public void Use(int step) => (FirstStep, LastStep) = (Math.Min(FirstStep, step), Math.Max(LastStep, step));
}
