using System.Collections.Frozen;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>The names that parameters may have for values, as api.remove.bg documents them and as its clients send them.</summary>
internal static class ParameterNames
{
    public static readonly Names<SizeTier> Sizes = new(
        ("auto", SizeTier.Auto),
        ("preview", SizeTier.Preview),
        ("small", SizeTier.Preview),
        ("regular", SizeTier.Preview),
        ("medium", SizeTier.Medium),
        ("hd", SizeTier.Hd),
        ("full", SizeTier.Full),
        ("4k", SizeTier.Full),
        ("50MP", SizeTier.FiftyMegapixels));

    public static readonly Names<OutputFormat> Formats = new(
        ("png", OutputFormat.Png), ("jpg", OutputFormat.Jpg), ("webp", OutputFormat.WebP), ("zip", OutputFormat.Zip), ("auto", OutputFormat.Auto));

    public static readonly Names<OutputChannels> Channels = new(("rgba", OutputChannels.Rgba), ("alpha", OutputChannels.Alpha));

    public static readonly Names<bool> Booleans = new(
        ("true", true), ("false", false), ("1", true), ("0", false), ("yes", true), ("no", false), ("on", true), ("off", false));
}

/// <summary>A frozen table of names in any case, which can also say itself: "png, jpg or webp".</summary>
internal sealed class Names<T>(params (string Name, T Value)[] values)
{
    private readonly FrozenDictionary<string, T> _values =
        values.ToFrozenDictionary(static pair => pair.Name, static pair => pair.Value, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every name, in the table's order.</summary>
    public string Sentence { get; } = $"{string.Join(", ", values[..^1].Select(static pair => pair.Name))} or {values[^1].Name}";

    public bool TryParse(string text, out T value) => _values.TryGetValue(text, out value!);
}
