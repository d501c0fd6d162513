using ClearBg.Imaging;
using ClearBg.Jobs;
using static ClearBg.Api.ParameterNames;
using static ClearBg.Api.ParameterValues;

namespace ClearBg.Api;

/// <summary>
/// The fields of a request as options. Values are trimmed; an empty one counts as absent; names of values have no case; fields that nobody knows are ignored,
/// because clients send strays. The first mistake, in the table's order, is the answer.
/// </summary>
internal static class RemovalParameters
{
    /// <summary>What a command line has no use for: an old name, what only a header follows from, and variants by type.</summary>
    private static bool IsForRequestsOnly(string name) => name is "add_shadow" or "type_level" || name.Contains('[', StringComparison.Ordinal);

    // One line a parameter: its name, the refusal of a bad value, how to read it, what to tell whoever got it wrong, where it goes.
    private static readonly Parameter[] All =
    [
        Of<SizeTier>("size", FailureCode.InvalidSize, Sizes.TryParse, Sizes.Sentence, static (o, v) => o with { Size = v }),
        Of<OutputFormat>("format", FailureCode.InvalidFormat, Formats.TryParse, Formats.Sentence, static (o, v) => o with { Format = v }),
        Of<OutputChannels>("channels", FailureCode.InvalidChannels, Channels.TryParse, Channels.Sentence, static (o, v) => o with { Channels = v }),
        // Never refused: clients send types that only remove.bg knows.
        Of<SubjectType>("type", FailureCode.InvalidRequest, static (text, out type) => Types.TryParse(text, out type) || true, Types.Sentence, static (o, v) => o with { Type = v }),
        Of<TypeLevel>("type_level", FailureCode.InvalidTypeLevel, TypeLevels.TryParse, TypeLevels.Sentence, static (o, v) => o with { TypeLevel = v }),
        Of<Region>("roi", FailureCode.InvalidRegion, TryRegion, RegionSentence, static (o, v) => o with { Region = v }),
        Of<Rgba?>("bg_color", FailureCode.InvalidBackgroundColor, TryBackground, BackgroundSentence, static (o, v) => o with { Background = v }),
        Of<bool>("crop", FailureCode.InvalidCrop, Booleans.TryParse, Booleans.Sentence, static (o, v) => o with { Crop = v }),
        Of<Margins>("crop_margin", FailureCode.InvalidCropMargin, TryMargins, MarginsSentence, static (o, v) => o with { CropMargin = v }),
        Of<double?>("scale", FailureCode.InvalidScale, TryScale, ScaleSentence, static (o, v) => o with { Scale = v }),
        Of<Position>("position", FailureCode.InvalidPosition, TryPosition, PositionSentence, static (o, v) => o with { Position = v }),
        Of<bool>("semitransparency", FailureCode.InvalidSemitransparency, Booleans.TryParse, Booleans.Sentence, static (o, v) => o with { Semitransparency = v }),

        // What a shadow follows from, the more particular after the more general: its old name, the parameter, the parameter for the type.
        Of<bool>("add_shadow", FailureCode.InvalidShadowType, Booleans.TryParse, Booleans.Sentence, static (o, v) => v && o.Type == SubjectType.Car ? o with { Shadow = new(ShadowKind.Car) } : o),
        ShadowOf("shadow_type", null),
        .. Types.All.Select(static type => ShadowOf($"shadow_type[{type.Name}]", type.Value)),
        Of<double?>("shadow_opacity", FailureCode.InvalidShadowOpacity, TryOpacity, OpacitySentence, static (o, v) => o.Shadow is { } shadow ? o with { Shadow = shadow with { Opacity = v } } : o),
    ];

    /// <summary>Every parameter of use there in the table's order, for surfaces that must know them beforehand: its name, what it can have (the rest of a sentence), and whether it is a boolean.</summary>
    public static IEnumerable<(string Name, string Expected, bool IsSwitch)> Described => All.Where(static parameter => !IsForRequestsOnly(parameter.Name)).Select(static parameter => (parameter.Name, parameter.Expected, parameter.IsSwitch));

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

    private static Parameter ShadowOf(string name, SubjectType? type) => Of<Func<SubjectType, ShadowKind?>>(
        name, FailureCode.InvalidShadowType, Shadows.TryParse, Shadows.Sentence,
        (o, kindFor) => type is not null && type != o.Type ? o : o with { Shadow = kindFor(o.Type) is { } kind ? new Shadow(kind) : null });

    private static Parameter Of<T>(string name, FailureCode refusal, Parser<T> parse, string expected, Func<RemovalOptions, T, RemovalOptions> apply) =>
        new(name, refusal, expected, typeof(T) == typeof(bool), (text, options) => parse(text, out var value) ? apply(options, value) : null);

    /// <summary>True with the value, when a trimmed and non-empty text is one.</summary>
    private delegate bool Parser<T>(string text, out T value);

    /// <param name="Name">As fields name it.</param>
    /// <param name="Refusal">The code for a value that it cannot have.</param>
    /// <param name="Expected">What it can have: the rest of a sentence.</param>
    /// <param name="IsSwitch">It is a boolean.</param>
    /// <param name="Apply">The options with a value applied; null when the value is bad.</param>
    private sealed record Parameter(string Name, FailureCode Refusal, string Expected, bool IsSwitch, Func<string, RemovalOptions, RemovalOptions?> Apply);
}
