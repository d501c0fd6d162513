using System.Text;

namespace ClearBg.Intake;

/// <summary>
/// Which URLs are fetched, as far as their text tells: http or https, a host, no user name or password. What comes out has been parsed once, and everything
/// after goes by it: no two parsers that could read one text as two hosts.
/// </summary>
internal static class PictureUrl
{
    /// <summary>Characters of a URL.</summary>
    public const int MostCharacters = 2048;

    /// <summary>Characters of a host in ASCII, with the dot of the root (RFC 1035, 2.3.4). Resolvers throw at longer ones.</summary>
    private const int LongestHost = 254;

    /// <summary>What a caller sent as a URL; null when it is none that is fetched.</summary>
    /// <remarks>The framework would escape control characters silently; no URL that somebody meant has one.</remarks>
    public static Uri? Parse(string text) =>
        text.Length <= MostCharacters && !text.Any(char.IsControl) && Uri.TryCreate(text, UriKind.Absolute, out var url) && IsFetched(url) ? url : null;

    /// <summary>Where a redirect leads; null when it leads to no URL that is fetched.</summary>
    /// <param name="from">The URL that answered.</param>
    /// <param name="location">Its Location, absolute or relative.</param>
    /// <remarks>From https to http is refused, as browsers do for what a page loads: path and query, often signed, would go over the wire in the clear.</remarks>
    public static Uri? Follow(Uri from, Uri location) =>
        Uri.TryCreate(from, location, out var url) && IsFetched(url) && (from.Scheme is "http" || url.Scheme is "https") ? url : null;

    private static bool IsFetched(Uri url) =>
        url.OriginalString.Length <= MostCharacters
        && url.Scheme is "http" or "https"
        && url.UserInfo.Length == 0
        && url.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
        && HasAsciiHost(url);

    /// <summary>False as well for the zone of an IPv6 address (RFC 6874), which names an interface of this machine.</summary>
    private static bool HasAsciiHost(Uri url)
    {
        try
        {
            // Parsed only here: a name without ASCII form throws, a label that becomes too long stays as it is, and one of invisible characters vanishes.
            return url.IdnHost is { Length: > 0 and <= LongestHost } host && Ascii.IsValid(host) && !host.Contains('%');
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
