using System.Globalization;
using System.Text;

namespace ClearBg.SystemTests.Clients;

/// <summary>
/// Requests as clients' libraries write them, down to boundaries, quotation marks and the order of headers. Lines end with CRLF on the wire; <c>{host}</c>,
/// <c>{key}</c>, <c>{length}</c> (of the body), <c>{picture}</c>, <c>{bytes}</c> (of the picture) and <c>{base64}</c> (urlencoded) are filled in.
/// </summary>
internal static class ClientRequest
{
    /// <summary>Bytes of a body's chunk, as node reads files.</summary>
    private const int ChunkSize = 64 * 1024;

    /// <summary>The request for the wire.</summary>
    public static byte[] Write(string text, Gateway gateway, string key, byte[] picture)
    {
        var whole = text.ReplaceLineEndings("\r\n");
        var end = whole.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        var body = Encoding.Latin1.GetBytes(whole[end..]
            .Replace("{bytes}", picture.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{base64}", Uri.EscapeDataString(Convert.ToBase64String(picture)), StringComparison.Ordinal)
            .Replace("{picture}", Encoding.Latin1.GetString(picture), StringComparison.Ordinal));
        var head = whole[..end]
            .Replace("{host}", new Uri(gateway.Url).Authority, StringComparison.Ordinal)
            .Replace("{key}", key, StringComparison.Ordinal)
            .Replace("{length}", body.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return [.. Encoding.ASCII.GetBytes(head), .. head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal) ? Chunked(body) : body];
    }

    private static byte[] Chunked(byte[] body) =>
    [
        .. body.Chunk(ChunkSize).SelectMany(static chunk => (byte[])[.. Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), .. chunk, .. "\r\n"u8]),
        .. "0\r\n\r\n"u8,
    ];
}
