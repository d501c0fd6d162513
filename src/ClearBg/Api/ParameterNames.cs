using ClearBg.Jobs;
using ClearBg.Segmentation.Refinement;

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

    public static readonly Names<SubjectType> Types = new(
        ("auto", SubjectType.Auto),
        ("person", SubjectType.Person),
        ("product", SubjectType.Product),
        ("animal", SubjectType.Animal),
        ("car", SubjectType.Car),
        ("graphic", SubjectType.Graphic),
        ("transportation", SubjectType.Transportation),
        ("other", SubjectType.Other));

    public static readonly Names<TypeLevel> TypeLevels = new(("none", TypeLevel.None), ("1", TypeLevel.One), ("2", TypeLevel.Two), ("latest", TypeLevel.Latest));

    /// <summary>How a shadow of any kind follows from its name and the subject's type; null for none.</summary>
    public static readonly Names<Func<SubjectType, ShadowKind?>> Shadows = new(
        ("none", static _ => null),
        ("car", static _ => ShadowKind.Car),
        ("drop", static _ => ShadowKind.Drop),
        ("3D", static _ => ShadowKind.Cast),
        ("auto", static type => type switch
        {
            SubjectType.Car => ShadowKind.Car,
            SubjectType.Person or SubjectType.Transportation => ShadowKind.Cast,
            _ => ShadowKind.Drop,
        }));

    public static readonly Names<RefinementLevel?> Refinements = new(
        ("none", RefinementLevel.None), ("fast", RefinementLevel.Fast), ("fine", RefinementLevel.Fine), ("best", RefinementLevel.Best));

    public static readonly Names<bool> Booleans = new(
        ("true", true), ("false", false), ("1", true), ("0", false), ("yes", true), ("no", false), ("on", true), ("off", false));
}

/// <summary>A short table of names in any case, which can also say itself: "png, jpg or webp".</summary>
/// <remarks>It is looked through, not hashed: a dictionary of each type of value would be compiled anew at every start, which took a tenth of a second of a command's time.</remarks>
internal sealed class Names<T>(params (string Name, T Value)[] values)
{
    /// <summary>Every name with its value, in the table's order.</summary>
    public IReadOnlyList<(string Name, T Value)> All => values;

    /// <summary>Every name, in the table's order.</summary>
    public string Sentence
    {
        get
        {
            var names = new string[values.Length];
            for (var i = 0; i < names.Length; i++)
            {
                names[i] = values[i].Name;
            }

            return $"{string.Join(", ", names, 0, names.Length - 1)} or {names[^1]}";
        }
    }

    public bool TryParse(string text, out T value)
    {
        foreach (var (name, meaning) in values)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                value = meaning;
                return true;
            }
        }

        value = default!;
        return false;
    }
}
