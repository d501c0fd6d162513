using System.Text;
using ClearBg.Intake;

namespace ClearBg.Tests.Intake;

public class PictureTextTests
{
    /// <summary>All 64 signs and both kinds of rest.</summary>
    [Theory]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    public void Reads_base64_in_both_alphabets_with_and_without_padding_and_line_breaks(int count)
    {
        var bytes = Enumerable.Range(0, count).Select(static i => (byte)(i * 7)).ToArray();
        var standard = Convert.ToBase64String(bytes);
        var url = standard.Replace('+', '-').Replace('/', '_');

        foreach (var text in (string[])[standard, standard.TrimEnd('='), url, url.TrimEnd('='), Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks), $" {standard}\n"])
        {
            Assert.Equal(Convert.ToHexString(bytes), Decoded(text));
        }
    }

    [Theory]
    [InlineData("data:image/png;base64,QUJD", "ABC")]
    [InlineData(" DATA:;base64,QUI%3D\n", "AB")]
    [InlineData("data:image/jpeg;name=x.jpg;BASE64,Q U-_", "AO¿")]
    [InlineData("data:,a%20b%C3", "a bÃ")]
    [InlineData("data:text/plain,%zz%4", "%zz%4")]
    public void Reads_data_urls(string text, string expected) => Assert.Equal(Convert.ToHexString(Encoding.Latin1.GetBytes(expected)), Decoded(text));

    [Theory]
    [InlineData("data:image/png;base64")]
    [InlineData("data:image/png;base64,A")]
    [InlineData("data:image/png;base64,????")]
    [InlineData("http://example.com/a.png")]
    [InlineData("QQ=QQ")]
    public void Anything_else_is_nothing(string text) => Assert.Null(Decoded(text));

    private static string? Decoded(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return PictureText.TryDecode(bytes, out var length) ? Convert.ToHexString(bytes.AsSpan(0, length)) : null;
    }
}
