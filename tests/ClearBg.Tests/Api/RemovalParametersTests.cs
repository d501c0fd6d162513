using ClearBg.Api;
using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Segmentation.Refinement;
using FsCheck;
using FsCheck.Fluent;

namespace ClearBg.Tests.Api;

public class RemovalParametersTests
{
    private static readonly RemovalOptions Defaults = new();

    [Fact]
    public void Absent_empty_and_unknown_fields_leave_the_defaults()
    {
        var preview = new RemovalOptions { Size = SizeTier.Preview, Format = OutputFormat.Auto };

        Assert.Equal(preview, Good(preview));
        Assert.Equal(preview, Good(preview, ("size", ""), ("format", " \t"), ("crop", ""), ("image_url", ""), ("whatever", "x")));
        Assert.Equal(preview with { Size = SizeTier.Auto }, Good(preview, ("size", "auto")));
    }

    [Theory]
    [InlineData("auto", nameof(SizeTier.Auto))]
    [InlineData("preview", nameof(SizeTier.Preview))]
    [InlineData("small", nameof(SizeTier.Preview))]
    [InlineData("regular", nameof(SizeTier.Preview))]
    [InlineData("Medium", nameof(SizeTier.Medium))]
    [InlineData(" HD ", nameof(SizeTier.Hd))]
    [InlineData("full", nameof(SizeTier.Full))]
    [InlineData("4K", nameof(SizeTier.Full))]
    [InlineData("50mp", nameof(SizeTier.FiftyMegapixels))]
    public void Size_has_these_names(string value, string expected) => Assert.Equal(Enum.Parse<SizeTier>(expected), Good(("size", value)).Size);

    [Theory]
    [InlineData("png", nameof(OutputFormat.Png))]
    [InlineData("JPG", nameof(OutputFormat.Jpg))]
    [InlineData("webp", nameof(OutputFormat.WebP))]
    [InlineData("zip", nameof(OutputFormat.Zip))]
    [InlineData("auto", nameof(OutputFormat.Auto))]
    public void Format_has_these_names(string value, string expected) => Assert.Equal(Enum.Parse<OutputFormat>(expected), Good(("format", value)).Format);

    [Theory]
    [InlineData("none", nameof(RefinementLevel.None))]
    [InlineData("fast", nameof(RefinementLevel.Fast))]
    [InlineData(" FINE ", nameof(RefinementLevel.Fine))]
    [InlineData("Best", nameof(RefinementLevel.Best))]
    public void Refinement_has_these_names(string value, string expected) => Assert.Equal(Enum.Parse<RefinementLevel>(expected), Good(("refinement", value)).Refinement);

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("YES", true)]
    [InlineData(" on ", true)]
    [InlineData("False", false)]
    [InlineData("0", false)]
    [InlineData("no", false)]
    [InlineData("off", false)]
    public void Booleans_have_these_names(string value, bool expected) => Assert.Equal(expected, Good(Defaults with { Crop = !expected }, ("crop", value)).Crop);

    [Fact]
    public void Channels_are_rgba_or_alpha() => Assert.Equal(OutputChannels.Alpha, Good(("channels", "Alpha")).Channels);

    [Fact]
    public void A_background_with_alpha_zero_is_none()
    {
        var white = Defaults with { Background = Rgba.White };

        Assert.Equal(new Rgba(255, 0, 0, 0x80), Good(("bg_color", "#ff000080")).Background);
        Assert.Null(Good(white, ("bg_color", "ff000000")).Background);
        Assert.Null(Good(white, ("bg_color", "transparent")).Background);
    }

    [Theory]
    [InlineData("0", "0 0 0 0")]
    [InlineData("30px", "30 30 30 30")]
    [InlineData("30.5", "30.5 30.5 30.5 30.5")]
    [InlineData(" 10%\t20PX ", "10% 20 10% 20")]
    [InlineData("1 2% 3px 500", "1 2% 3 500")]
    [InlineData("50%", "50% 50% 50% 50%")]
    public void Crop_margins_are_one_two_or_four_lengths(string value, string sides)
    {
        var expected = sides.Split(' ').Select(static side => side.EndsWith('%') ? new Length(Number(side[..^1]) / 100, true) : new Length(Number(side), false)).ToArray();

        Assert.Equal(new Margins(expected[0], expected[1], expected[2], expected[3]), Good(("crop_margin", value)).CropMargin);
    }

    [Fact]
    public void Scale_is_original_or_a_percentage()
    {
        Assert.Equal(0.1, Good(("scale", "10%")).Scale);
        Assert.Equal(0.625, Good(("scale", "62.5%")).Scale);
        Assert.Equal(1, Good(("scale", "100%")).Scale);
        Assert.Null(Good(Defaults with { Scale = 0.5 }, ("scale", "Original")).Scale);
    }

    [Fact]
    public void Position_is_a_name_or_one_or_two_percentages()
    {
        Assert.True(Good(("position", "ORIGINAL")).Position?.IsOriginal);
        Assert.Equal(Position.Center, Good(("position", "center")).Position);
        Assert.Equal(new Position(0.2, 0.2), Good(("position", "20%")).Position);
        Assert.Equal(new Position(0, 1), Good(("position", "0% 100%")).Position);
    }

    [Theory]
    [InlineData("size", "huge", nameof(FailureCode.InvalidSize))]
    [InlineData("size", "0", nameof(FailureCode.InvalidSize))]
    [InlineData("format", "gif", nameof(FailureCode.InvalidFormat))]
    [InlineData("channels", "rgb", nameof(FailureCode.InvalidChannels))]
    [InlineData("bg_color", "#12345", nameof(FailureCode.InvalidBackgroundColor))]
    [InlineData("crop", "maybe", nameof(FailureCode.InvalidCrop))]
    [InlineData("crop", "2", nameof(FailureCode.InvalidCrop))]
    [InlineData("crop_margin", "-1", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "+1", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "501", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "500.01px", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "50.1%", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "NaN", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "NaN%", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "Infinity", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "1e1", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "1,5", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "1 2 3", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "1 2 3 4 5", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "10 %", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "px", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "%", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", ".", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "10em", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("crop_margin", "١٢", nameof(FailureCode.InvalidCropMargin))]
    [InlineData("scale", "9.99%", nameof(FailureCode.InvalidScale))]
    [InlineData("scale", "101%", nameof(FailureCode.InvalidScale))]
    [InlineData("scale", "50", nameof(FailureCode.InvalidScale))]
    [InlineData("scale", "5e1%", nameof(FailureCode.InvalidScale))]
    [InlineData("scale", "50% 50%", nameof(FailureCode.InvalidScale))]
    [InlineData("type_level", "3", nameof(FailureCode.InvalidTypeLevel))]
    [InlineData("roi", "0 0 100%", nameof(FailureCode.InvalidRegion))]
    [InlineData("roi", "0 0 100% 1e2", nameof(FailureCode.InvalidRegion))]
    [InlineData("roi", "-1 0 100% 100%", nameof(FailureCode.InvalidRegion))]
    [InlineData("semitransparency", "maybe", nameof(FailureCode.InvalidSemitransparency))]
    [InlineData("refinement", "finest", nameof(FailureCode.InvalidRequest))]
    [InlineData("add_shadow", "2", nameof(FailureCode.InvalidShadowType))]
    [InlineData("shadow_type", "long", nameof(FailureCode.InvalidShadowType))]
    [InlineData("shadow_type[person]", "long", nameof(FailureCode.InvalidShadowType))]
    [InlineData("shadow_opacity", "101", nameof(FailureCode.InvalidShadowOpacity))]
    [InlineData("shadow_opacity", "-1", nameof(FailureCode.InvalidShadowOpacity))]
    [InlineData("position", "101%", nameof(FailureCode.InvalidPosition))]
    [InlineData("position", "50", nameof(FailureCode.InvalidPosition))]
    [InlineData("position", "10% 20% 30%", nameof(FailureCode.InvalidPosition))]
    [InlineData("position", "center center", nameof(FailureCode.InvalidPosition))]
    [InlineData("position", "-1% 0%", nameof(FailureCode.InvalidPosition))]
    public void Anything_else_is_refused_by_the_parameters_own_code(string name, string value, string code)
    {
        var failure = Refused((name, value));

        Assert.Equal(Enum.Parse<FailureCode>(code), failure.Code);
        Assert.StartsWith($"{name} is '{value}'; it must be ", failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("person", nameof(SubjectType.Person))]
    [InlineData("CAR", nameof(SubjectType.Car))]
    [InlineData("car_interior", nameof(SubjectType.Auto))]
    public void Types_that_nobody_knows_are_auto(string value, string expected) => Assert.Equal(Enum.Parse<SubjectType>(expected), Good(Defaults with { Type = SubjectType.Other }, ("type", value)).Type);

    [Theory]
    [InlineData("0 0 100% 100%", "0 0 100% 100%")]
    [InlineData("10px 20 30.5PX 40%", "10 20 30.5 40%")]
    public void A_region_is_four_lengths_of_which_bare_numbers_are_pixels(string value, string expected)
    {
        var sides = expected.Split(' ').Select(static side => side.EndsWith('%') ? new Length(Number(side[..^1]) / 100, true) : new Length(Number(side), false)).ToArray();

        Assert.Equal(new Region(sides[0], sides[1], sides[2], sides[3]), Good(("roi", value)).Region);
    }

    [Theory]
    [InlineData("", "shadow_type=none", null)]
    [InlineData("", "shadow_type=drop", "Drop")]
    [InlineData("", "shadow_type=auto", "Drop")]
    [InlineData("car", "shadow_type=auto", "Car")]
    [InlineData("person", "shadow_type=auto", "Cast")]
    [InlineData("transportation", "shadow_type=auto", "Cast")]
    [InlineData("product", "shadow_type=auto", "Drop")]
    [InlineData("person", "shadow_type=3d", "Cast")]
    [InlineData("person", "shadow_type=drop&shadow_type[person]=car&shadow_type[car]=3D", "Car")]
    [InlineData("car", "shadow_type[car]=car&shadow_type=none", "Car")]
    [InlineData("car", "add_shadow=true", "Car")]
    [InlineData("", "add_shadow=true", null)]
    [InlineData("car", "add_shadow=true&shadow_type=none", null)]
    [InlineData("", "shadow_type=drop&shadow_opacity=25", "Drop 0.25")]
    [InlineData("", "shadow_type=drop&shadow_opacity=25%", "Drop 0.25")]
    [InlineData("", "shadow_type=drop&shadow_opacity=auto", "Drop")]
    [InlineData("", "shadow_opacity=50", null)]
    public void A_shadow_follows_from_the_type_and_the_most_particular_wish(string type, string fields, string? expected)
    {
        var wishes = fields.Split('&').Select(static field => field.Split('=')).Select(static pair => (pair[0], pair[1]));
        var shadow = Good([("type", type), .. wishes]).Shadow;

        Assert.Equal(expected, shadow is null ? null : FormattableString.Invariant($"{shadow.Kind} {shadow.Opacity}").TrimEnd());
    }

    [Fact]
    public void Says_what_was_expected() =>
        Assert.Equal("format is 'gif'; it must be png, jpg, webp, zip or auto.", Refused(("format", "gif")).Detail);

    [Theory]
    [InlineData("a\r\nb\u001b[31m", "'a��b�[31m'")]
    [InlineData("evil\u202Etxt", "'evil�txt'")]
    [InlineData("0123456789012345678901234567890123456789", "'0123456789012345678901234567890123456789'")]
    [InlineData("01234567890123456789012345678901234567890", "'0123456789012345678901234567890123456789…'")]
    public void Quotes_a_callers_words_short_and_without_control_characters(string value, string quoted) => Assert.Equal(quoted, Quotation.Of(value));

    [Fact]
    public void Quotes_half_a_surrogate_pair_as_unprintable() => Assert.Equal("'�'", Quotation.Of("\uD83D"));

    [Fact]
    public void No_value_of_any_parameter_throws() =>
        Prop.ForAll<string?>(static value =>
        {
            foreach (var name in (string[])["size", "format", "channels", "bg_color", "crop", "crop_margin", "scale", "position", "type", "type_level", "roi", "semitransparency", "add_shadow", "shadow_type", "shadow_opacity"])
            {
                _ = RemovalParameters.Read(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value ?? "" }, Defaults);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Margins_within_bounds_are_taken_and_others_not() =>
        Prop.ForAll(Gen.Choose(0, 60_000).ToArbitrary(), static hundredths =>
        {
            var text = (hundredths / 100m).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var (pixels, percent) = (Read(("crop_margin", text)), Read(("crop_margin", text + "%")));
            return (pixels.Failure is null) == (hundredths <= 50_000) && (percent.Failure is null) == (hundredths <= 5_000);
        }).Check(Config.QuickThrowOnFailure);

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static RemovalOptions Good(params (string Name, string Value)[] fields) => Good(Defaults, fields);

    private static RemovalOptions Good(RemovalOptions defaults, params (string Name, string Value)[] fields)
    {
        Assert.True(Read(defaults, fields).Succeeded(out var options, out var failure), failure?.Detail);
        return options;
    }

    private static Failure Refused(params (string Name, string Value)[] fields) => Read(fields).Failure ?? throw new InvalidOperationException("It was taken.");

    private static Outcome<RemovalOptions> Read(params (string Name, string Value)[] fields) => Read(Defaults, fields);

    private static Outcome<RemovalOptions> Read(RemovalOptions defaults, (string Name, string Value)[] fields) =>
        RemovalParameters.Read(fields.ToDictionary(static field => field.Name, static field => field.Value, StringComparer.Ordinal), defaults);
}
