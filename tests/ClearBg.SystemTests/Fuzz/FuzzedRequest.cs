using System.Text;

namespace ClearBg.SystemTests.Fuzz;

/// <summary>A generated request.</summary>
/// <param name="Kind">What was done to it.</param>
/// <param name="Bytes">As they are sent.</param>
/// <param name="IsHttp">Head and framing are right, so that there must be an answer in the surface's shape and the connection goes on. Else the server may close it.</param>
internal sealed record FuzzedRequest(string Kind, byte[] Bytes, bool IsHttp = true)
{
    private const int Shown = 3000;

    /// <summary>For messages: ASCII, everything else escaped.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Kind).AppendLine();
        foreach (var value in Bytes.AsSpan(0, Math.Min(Bytes.Length, Shown)))
        {
            text.Append(value is (byte)'\n' or (>= 0x20 and < 0x7F) ? ((char)value).ToString() : $"\\x{value:x2}");
        }

        return text.ToString();
    }
}
