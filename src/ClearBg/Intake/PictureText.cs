using System.Buffers.Text;
using System.Text;

namespace ClearBg.Intake;

/// <summary>
/// A picture written as text, decoded where it lies: base64 in either alphabet, with or without padding and with white space anywhere (RFC 4648, 4 and 5), or a
/// data URL of any media type, in base64 or percent-encoded (RFC 2397).
/// </summary>
internal static class PictureText
{
    private static readonly byte[] WhiteSpace = [.. " \t\r\n"u8];

    /// <summary>True for <c>data:</c> in any case, after white space.</summary>
    public static bool IsDataUrl(ReadOnlySpan<byte> text) => text.TrimStart(WhiteSpace) is { Length: >= 5 } start && Ascii.EqualsIgnoreCase(start[..5], "data:"u8);

    /// <summary>Decodes text to bytes, which begin where it began. False when it is neither; its bytes are then lost.</summary>
    public static bool TryDecode(Span<byte> text, out int length)
    {
        if (!IsDataUrl(text))
        {
            return TryDecodeBase64(text, out length);
        }

        length = 0;
        var comma = text.IndexOf((byte)',');
        if (comma < 0)
        {
            return false;
        }

        var isBase64 = ((ReadOnlySpan<byte>)text[..comma]).TrimEnd(WhiteSpace) is { Length: > 7 } head && Ascii.EqualsIgnoreCase(head[^7..], ";base64"u8);
        var data = text[(comma + 1)..];
        data = data[..DecodePercent(data, plusIsSpace: false)];
        if (isBase64)
        {
            if (!TryDecodeBase64(data, out var decoded))
            {
                return false;
            }

            data = data[..decoded];
        }

        data.CopyTo(text);
        length = data.Length;
        return true;
    }

    /// <summary>Decodes <c>%41</c> to <c>A</c> in place (RFC 3986, 2.1) and returns the length that is left. What only looks like it, such as <c>%zz</c>, stays.</summary>
    /// <param name="text">Bytes.</param>
    /// <param name="plusIsSpace">As in forms (URL Standard, application/x-www-form-urlencoded).</param>
    public static int DecodePercent(Span<byte> text, bool plusIsSpace)
    {
        if (plusIsSpace)
        {
            text.Replace((byte)'+', (byte)' ');
        }

        var first = text.IndexOf((byte)'%');
        if (first < 0)
        {
            return text.Length;
        }

        var to = first;
        for (var from = first; from < text.Length; from++, to++)
        {
            if (text[from] == '%' && from + 2 < text.Length && Convert.FromHexString(text.Slice(from + 1, 2), text[to..], out _, out _) == System.Buffers.OperationStatus.Done)
            {
                from += 2;
            }
            else
            {
                text[to] = text[from];
            }
        }

        return to;
    }

    private static bool TryDecodeBase64(Span<byte> text, out int length)
    {
        // The decoder for the alphabet of URLs is the one that does without padding.
        text.Replace((byte)'+', (byte)'-');
        text.Replace((byte)'/', (byte)'_');
        var valid = Base64Url.IsValid(text);
        length = valid ? Base64Url.DecodeFromUtf8InPlace(text) : 0;
        return valid;
    }
}
