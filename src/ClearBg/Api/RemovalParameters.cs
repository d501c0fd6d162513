using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Segmentation.Refinement;
using static ClearBg.Api.ParameterNames;
using static ClearBg.Api.ParameterValues;

namespace ClearBg.Api;

/// <summary>
/// The fields of a request as options. Values are trimmed; an empty one counts as absent; names of values have no case; fields that nobody knows are ignored,
/// because clients send strays. The first mistake, in the table's order, is the answer.
/// </summary>
internal static class RemovalParameters
{
    // One a parameter: its name, what it is for, the refusal of a bad value, how to read it, what to tell whoever got it wrong, where it goes.
    private static readonly Parameter[] All =
    [
        Of("size", "Most pixels of the output", FailureCode.InvalidSize, Sizes, static (o, v) => o with { Size = v }),
        Of("format", "Format of the output", FailureCode.InvalidFormat, Formats, static (o, v) => o with { Format = v }),
        Of("channels", "The picture, or its matte in grey", FailureCode.InvalidChannels, Channels, static (o, v) => o with { Channels = v }),

        // Never refused: clients send types that only remove.bg knows.
        Of<SubjectType>(
            "type", "What the subject is, which decides the shadow of auto", FailureCode.InvalidRequest, static (text, out type) => Types.TryParse(text, out type) || true, Types.Sentence,
            static (o, v) => o with { Type = v }),
        Of("type_level", "Whether the answer names the subject's type", FailureCode.InvalidTypeLevel, TypeLevels, static (o, v) => o with { TypeLevel = v }) with { IsForRequestsOnly = true },
        Of<Region>("roi", "The part of the picture that holds the subject", FailureCode.InvalidRegion, TryRegion, RegionSentence, static (o, v) => o with { Region = v }),
        Of<Rgba?>("bg_color", "New background", FailureCode.InvalidBackgroundColor, TryBackground, BackgroundSentence, static (o, v) => o with { Background = v }),
        Of("crop", "Crop to the subject", FailureCode.InvalidCrop, Booleans, static (o, v) => o with { Crop = v }),
        Of<Margins>("crop_margin", "Room around the subject when cropping", FailureCode.InvalidCropMargin, TryMargins, MarginsSentence, static (o, v) => o with { CropMargin = v }),
        Of<double?>("scale", "The subject's size against the canvas", FailureCode.InvalidScale, TryScale, ScaleSentence, static (o, v) => o with { Scale = v }),
        Of<Position>("position", "Where on the canvas the subject goes", FailureCode.InvalidPosition, TryPosition, PositionSentence, static (o, v) => o with { Position = v }),
        Of("semitransparency", "Keep what is see-through, such as car windows", FailureCode.InvalidSemitransparency, Booleans, static (o, v) => o with { Semitransparency = v }),
        Of<RefinementLevel?>(
            "refinement", "Care for the subject's edge; best takes twice the time", FailureCode.InvalidRequest, Refinements, static (o, v) => o with { Refinement = v }),

        // What a shadow follows from, the more particular after the more general: its old name, the parameter, the parameter for the type.
        Of(
            "add_shadow", "Old name of shadow_type[car]=car", FailureCode.InvalidShadowType, Booleans,
            static (o, v) => v && o.Type == SubjectType.Car ? o with { Shadow = new(ShadowKind.Car) } : o) with { IsForRequestsOnly = true },
        ShadowOf("shadow_type", "Shadow", null),
        .. Types.All.Select(static type => ShadowOf($"shadow_type[{type.Name}]", $"Shadow of subjects of the type {type.Name}", type.Value) with { IsForRequestsOnly = true }),
        Of<double?>(
            "shadow_opacity", "The shadow's opacity", FailureCode.InvalidShadowOpacity, TryOpacity, OpacitySentence,
            static (o, v) => o.Shadow is { } shadow ? o with { Shadow = shadow with { Opacity = v } } : o),
    ];

    /// <summary>Every parameter in the table's order, for those who must know them beforehand.</summary>
    public static IEnumerable<Description> Described => All;

    /// <summary>Reads options from fields.</summary>
    /// <param name="fields">Name to value, as sent, from whatever kind of body.</param>
    /// <param name="defaults">What holds where a field is absent: surfaces and profiles differ.</param>
    public static Outcome<RemovalOptions> Read(IReadOnlyDictionary<string, string> fields, RemovalOptions defaults)
    {
        var options = defaults;
        foreach (var parameter in All)
        {
            if (!fields.TryGetValue(parameter.Name, out var sent) || sent.Trim() is not { Length: > 0 } value)
            {
                continue;
            }

            if (parameter.Apply(value, options) is not { } applied)
            {
                return new Failure(parameter.Refusal, $"{parameter.Name} is {Quotation.Of(value)}; it must be {parameter.Expected}.");
            }

            options = applied;
        }

        return options;
    }

    private static Parameter ShadowOf(string name, string meaning, SubjectType? type) => Of(
        name, meaning, FailureCode.InvalidShadowType, Shadows,
        (o, kindFor) => type is not null && type != o.Type ? o : o with { Shadow = kindFor(o.Type) is { } kind ? new Shadow(kind) : null });

    private static Parameter Of<T>(string name, string meaning, FailureCode refusal, Names<T> values, Func<RemovalOptions, T, RemovalOptions> apply) =>
        Of(name, meaning, refusal, values.TryParse, values.Sentence, apply) with { Values = [.. values.All.Select(static value => value.Name)] };

    private static Parameter Of<T>(string name, string meaning, FailureCode refusal, Parser<T> parse, string expected, Func<RemovalOptions, T, RemovalOptions> apply) =>
        new(name, meaning, refusal, expected, typeof(T) == typeof(bool), (text, options) => parse(text, out var value) ? apply(options, value) : null);

    /// <summary>True with the value, when a trimmed and non-empty text is one.</summary>
    private delegate bool Parser<T>(string text, out T value);

    /// <summary>A parameter as it can be told.</summary>
    /// <param name="Name">As fields name it.</param>
    /// <param name="Meaning">What it is for, without a full stop.</param>
    /// <param name="Refusal">The code for a value that it cannot have.</param>
    /// <param name="Expected">What it can have: the rest of a sentence.</param>
    /// <param name="IsSwitch">It is a boolean.</param>
    internal abstract record Description(string Name, string Meaning, FailureCode Refusal, string Expected, bool IsSwitch)
    {
        /// <summary>The names that it can have, where it can have nothing else; in any case.</summary>
        public IReadOnlyList<string>? Values { get; init; }

        /// <summary>Of no use to a command line: an old name, what only a header follows from, a variant by type.</summary>
        public bool IsForRequestsOnly { get; init; }
    }

    /// <summary>A parameter as it is read: <c>Apply</c> gives the options with a value applied, and null when the value is bad.</summary>
    private sealed record Parameter(
        string Name, string Meaning, FailureCode Refusal, string Expected, bool IsSwitch, Func<string, RemovalOptions, RemovalOptions?> Apply)
        : Description(Name, Meaning, Refusal, Expected, IsSwitch);
}
