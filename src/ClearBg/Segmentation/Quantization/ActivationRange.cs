namespace ClearBg.Segmentation.Quantization;

/// <summary>The values of a tensor that 256 levels have to serve. What lies outside is clipped.</summary>
/// <param name="Least">At most 0: zero is a level, for padding and ReLU make exact zeros.</param>
/// <param name="Greatest">At least 0.</param>
internal readonly record struct ActivationRange(float Least, float Greatest)
{
    /// <summary>Real difference between two levels.</summary>
    /// <remarks>1 where all values are 0: any scale does for them, but the bias of a Conv behind them is counted in parts of it.</remarks>
    public float Scale => Greatest > Least ? Math.Max(Greatest - Least, float.Epsilon * 255) / 255 : 1;

    /// <summary>The level that stands for 0.</summary>
    public byte ZeroPoint => (byte)Math.Clamp(MathF.Round(-Least / Scale), 0, 255);

    /// <summary>The smallest range that holds both.</summary>
    public ActivationRange Including(ActivationRange other) => new(Math.Min(Least, other.Least), Math.Max(Greatest, other.Greatest));
}
