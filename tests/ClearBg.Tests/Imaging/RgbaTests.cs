using ClearBg.Imaging;
using FsCheck;
using FsCheck.Fluent;

namespace ClearBg.Tests.Imaging;

public class RgbaTests
{
    [Theory]
    [InlineData("#fff", 255, 255, 255, 255)]
    [InlineData("81d", 0x88, 0x11, 0xDD, 255)]
    [InlineData("#81dA", 0x88, 0x11, 0xDD, 0xAA)]
    [InlineData("81D4FA", 0x81, 0xD4, 0xFA, 255)]
    [InlineData("#81d4fa77", 0x81, 0xD4, 0xFA, 0x77)]
    [InlineData("FFFFFFFF", 255, 255, 255, 255)]
    [InlineData("0000", 0, 0, 0, 0)]
    [InlineData("  #000  ", 0, 0, 0, 255)]
    [InlineData("RebeccaPurple", 0x66, 0x33, 0x99, 255)]
    [InlineData("green", 0, 0x80, 0, 255)]
    [InlineData("GREY", 0x80, 0x80, 0x80, 255)]
    [InlineData(" transparent", 0, 0, 0, 0)]
    public void Reads_hexadecimal_digits_and_css_names(string text, byte red, byte green, byte blue, byte alpha)
    {
        Assert.True(Rgba.TryParse(text, out var color));
        Assert.Equal(new Rgba(red, green, blue, alpha), color);
    }

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("12")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("123456789")]
    [InlineData("##fff")]
    [InlineData("0xfff")]
    [InlineData("# fff")]
    [InlineData("-12")]
    [InlineData("ggg")]
    [InlineData("#red")]
    [InlineData("１２３")]
    [InlineData("light blue")]
    [InlineData("rgb(0,0,0)")]
    public void Refuses_anything_else(string text) => Assert.False(Rgba.TryParse(text, out _));

    [Fact]
    public void Knows_every_name_of_css_color_4_and_transparent() => Assert.Equal(149, ColorNames.Count);

    [Fact]
    public void Reads_back_every_colour_it_could_be_sent() =>
        Prop.ForAll<uint>(static bits =>
            Rgba.TryParse($"#{bits:x8}", out var color) && ((uint)color.Red << 24 | (uint)color.Green << 16 | (uint)color.Blue << 8 | color.Alpha) == bits).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Never_throws() =>
        Prop.ForAll<string?>(static text => !Rgba.TryParse(text, out _) || text!.Trim().Length >= 3).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
