using System.Text;

namespace ClearBg.SystemTests.Fuzz;

/// <summary>Changes bytes at random places: flips, cuts, copies, and pieces that mean something to a parser.</summary>
internal sealed class Mutation(Random random)
{
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "\r\n", "\n", "\r", "\r\n\r\n", "--", "\"", "'", ";", ":", "=", "&", "&&", "+", "%", "%0", "%00", "%zz", "%F0%9F", "\\", "\\u0000", "\\ud800", "{", "}", "[", "]", "[[[[[[[[",
            ",", "null", "true", "-0", "1e999", "99999999999999999999", "\0", "\t", " ", "name=", "filename=\"\"", "filename*=UTF-8''%E2%82", "image_file", "charset=utf-7", "=?utf-8?B?AA==?=",
            "Content-Disposition: form-data; name=\"size\"\r\n", "Content-Type: image/png\r\n", "Content-Transfer-Encoding: base64\r\n", "Content-Length: 5\r\n",
        }.Select(Encoding.ASCII.GetBytes),
        [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], new byte[300],
    ];

    /// <summary>A copy with one to four changes.</summary>
    public byte[] Apply(byte[] bytes)
    {
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            bytes = Once(bytes);
        }

        return bytes;
    }

    private byte[] Once(byte[] bytes)
    {
        var at = random.Next(bytes.Length + 1);
        var end = Math.Min(bytes.Length, at + random.Next(1, 40));
        switch (random.Next(6))
        {
            case 0 when at < bytes.Length:
                byte[] flipped = [.. bytes];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1 when at < bytes.Length:
                byte[] replaced = [.. bytes];
                replaced[at] = (byte)random.Next(256);
                return replaced;
            case 2:
                return [.. bytes[..at], .. bytes[end..]];
            case 3:
                return [.. bytes[..end], .. bytes[at..]];
            case 4:
                // Cut off, but seldom at its beginning.
                return bytes[..Math.Max(at, random.Next(bytes.Length + 1))];
            default:
                return [.. bytes[..at], .. Pieces[random.Next(Pieces.Length)], .. bytes[at..]];
        }
    }
}
