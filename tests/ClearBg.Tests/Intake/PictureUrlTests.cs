using ClearBg.Intake;

namespace ClearBg.Tests.Intake;

public class PictureUrlTests
{
    [Theory]
    [InlineData("http://example.com", "http://example.com/")]
    [InlineData("HTTPS://Example.COM/A?b=C#d", "https://example.com/A?b=C#d")]
    [InlineData(" https://example.com/a b.png ", "https://example.com/a%20b.png")]
    [InlineData("https://bücher.example/ü.png", "https://bücher.example/%C3%BC.png")]
    [InlineData("https://my_pictures.example.com/", "https://my_pictures.example.com/")]
    [InlineData("http://[2606:4700::1]/", "http://[2606:4700::1]/")]
    [InlineData("http://example.com:8080/", "http://example.com:8080/")]
    [InlineData("http://2130706433/", "http://127.0.0.1/")]
    public void Takes_http_and_https(string text, string url) => Assert.Equal(url, PictureUrl.Parse(text)?.AbsoluteUri);

    [Theory]
    [InlineData("")]
    [InlineData("picture.png")]
    [InlineData("/etc/passwd")]
    [InlineData("//example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/")]
    [InlineData("gopher://example.com/")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("http:example.com")]
    [InlineData("http:///picture.png")]
    [InlineData("http://user@example.com/")]
    [InlineData("http://user:password@example.com/")]
    [InlineData("http://example.com\\@example.org/")]
    [InlineData("http://example.com:99999/")]
    [InlineData("http://example.com:x/")]
    [InlineData("http://exa mple.com/")]
    [InlineData("http://example.com%00.example.org/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[2606:4700::1111%25lo]/")]
    [InlineData("http://\u202e/")]
    [InlineData("http://üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü.test/")]
    [InlineData("http://example.com/\r\nX-Injected: yes")]
    [InlineData("http://example.com/a\tb")]
    [InlineData("http://example.com/\u0085")]
    [InlineData("http://example.com\0/")]
    public void Refuses_everything_else(string text) => Assert.Null(PictureUrl.Parse(text));

    /// <summary>The framework takes it for a URL and throws when its host is asked for. No attribute can hold such a text.</summary>
    [Fact]
    public void Half_a_character_makes_no_host() => Assert.Null(PictureUrl.Parse("http://\ud83d/"));

    [Fact]
    public void A_URL_has_at_most_2048_characters()
    {
        var longest = "https://example.com/".PadRight(2048, 'a');

        Assert.NotNull(PictureUrl.Parse(longest));
        Assert.Null(PictureUrl.Parse(longest + "a"));
    }

    /// <summary>Resolvers throw at longer names, and an exception would be called our bug.</summary>
    [Fact]
    public void A_host_has_at_most_254_characters()
    {
        var longest = string.Concat(Enumerable.Repeat("abcdefg.", 31)) + "abcde.";

        Assert.Equal(254, PictureUrl.Parse($"http://{longest}/")?.IdnHost.Length);
        Assert.Null(PictureUrl.Parse($"http://a{longest}/"));
    }

    [Theory]
    [InlineData("http://example.com/a/b?c", "/d", "http://example.com/d")]
    [InlineData("http://example.com/a/b?c", "d", "http://example.com/a/d")]
    [InlineData("http://example.com/a/b?c", "?d", "http://example.com/a/b?d")]
    [InlineData("https://example.com/a/b?c", "//example.org/d", "https://example.org/d")]
    [InlineData("http://example.com/a/b?c", "https://example.org/", "https://example.org/")]
    [InlineData("http://example.com/a/b?c", "http://example.org/", "http://example.org/")]
    [InlineData("https://example.com/", "http://example.com/", null)]
    [InlineData("http://example.com/", "http://user@example.com/", null)]
    [InlineData("http://example.com/", "ftp://example.com/", null)]
    [InlineData("http://example.com/", "file:///etc/passwd", null)]
    [InlineData("http://example.com/", "javascript:alert(1)", null)]
    public void Follows_redirects_that_are_no_worse_than_where_they_come_from(string from, string location, string? to) =>
        Assert.Equal(to, PictureUrl.Follow(new Uri(from), new Uri(location, location.StartsWith('/') ? UriKind.Relative : UriKind.RelativeOrAbsolute))?.AbsoluteUri);
}
