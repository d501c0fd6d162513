using ClearBg.Imaging;
using ClearBg.Segmentation.Refinement;

namespace ClearBg.Jobs;

/// <summary>What was asked of one removal, whichever surface asked. The defaults are those of ClearBG's API.</summary>
internal sealed record RemovalOptions
{
    public SizeTier Size { get; init; } = SizeTier.Auto;

    public OutputFormat Format { get; init; } = OutputFormat.Png;

    public OutputChannels Channels { get; init; } = OutputChannels.Rgba;

    /// <summary>The new background; null for none. A colour with alpha 0 is no background and arrives here as null.</summary>
    public Rgba? Background { get; init; }

    /// <summary>The part of the picture that may hold the subject; null for all of it. What lies outside counts as background.</summary>
    public Region? Region { get; init; }

    /// <summary>What the caller says the subject is; nothing detects it.</summary>
    public SubjectType Type { get; init; } = SubjectType.Auto;

    /// <summary>How much the answer says of the subject's type.</summary>
    public TypeLevel TypeLevel { get; init; } = TypeLevel.One;

    /// <summary>The shadow to add; null for none.</summary>
    public Shadow? Shadow { get; init; }

    /// <summary>False makes see-through parts inside of the subject, such as car windows, opaque.</summary>
    public bool Semitransparency { get; init; } = true;

    /// <summary>The care that the subject's edge gets; null leaves it to the settings.</summary>
    public RefinementLevel? Refinement { get; init; }

    /// <summary>The canvas becomes the subject's box.</summary>
    public bool Crop { get; init; }

    /// <summary>Canvas added around the subject when cropping.</summary>
    public Margins CropMargin { get; init; } = Margins.None;

    /// <summary>The subject's size against the canvas, 0.1 to 1; null leaves it as it is.</summary>
    public double? Scale { get; init; }

    /// <summary>Where the subject goes; null leaves it where it is, unless <see cref="Scale"/> is set, which centres it.</summary>
    public Position? Position { get; init; }

    /// <summary>False where the answer is or holds a matte, for whoever composes it: a background, of colour or an image, and a shadow then mean nothing.</summary>
    public bool ShowsBackground => Channels == OutputChannels.Rgba && Format != OutputFormat.Zip;
}

/// <summary>A shadow under or behind the subject.</summary>
/// <param name="Kind">Its form.</param>
/// <param name="Opacity">0 (none) to 1; null leaves it to the kind.</param>
internal sealed record Shadow(ShadowKind Kind, double? Opacity = null);

/// <summary>The form of a shadow.</summary>
internal enum ShadowKind
{
    /// <summary>Dark ground between and around the wheels.</summary>
    Car,
    /// <summary>The subject's outline, blurred and moved down.</summary>
    Drop,
    /// <summary>The subject's outline, laid on the ground behind it.</summary>
    Cast,
}

/// <summary>What a subject is.</summary>
internal enum SubjectType
{
    Auto,
    Person,
    Product,
    Animal,
    Car,
    Graphic,
    Transportation,
    Other,
}

/// <summary>The detail of the type that an answer gives. Nothing finer than <see cref="SubjectType"/> is known, so all but none say the same.</summary>
internal enum TypeLevel
{
    None,
    One,
    Two,
    Latest,
}

/// <summary>A cap on the output's pixels.</summary>
internal enum SizeTier
{
    /// <summary>The largest that the format allows.</summary>
    Auto,
    /// <summary>0.25 megapixels; also called small and regular.</summary>
    Preview,
    /// <summary>1.5 megapixels.</summary>
    Medium,
    /// <summary>4 megapixels.</summary>
    Hd,
    /// <summary>25 megapixels; also called 4k.</summary>
    Full,
    /// <summary>50 megapixels.</summary>
    FiftyMegapixels,
}

/// <summary>The container of the answer.</summary>
internal enum OutputFormat
{
    Png,
    Jpg,
    WebP,
    /// <summary>color.jpg and alpha.png.</summary>
    Zip,
    /// <summary>PNG when any pixel is transparent, else JPG.</summary>
    Auto,
}

/// <summary>What the answer's pixels are.</summary>
internal enum OutputChannels
{
    /// <summary>The finished picture.</summary>
    Rgba,
    /// <summary>The matte as 8-bit grey.</summary>
    Alpha,
}
