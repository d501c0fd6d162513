using System.Security.Cryptography;
using System.Text;

namespace ClearBg.Jobs;

/// <summary>
/// SHA-256 over what one payment pays for, as 64 hexadecimal digits: the picture's bytes, and the format, the one choice that the paid API leaves. Not over the options as this
/// version has them: a payment outlives an upgrade, and must be found again after it.
/// </summary>
internal static class PaidFingerprint
{
    /// <summary>Changes when more than a picture and a format can be asked for; until then never.</summary>
    private const string Version = "1";

    public static string Of(RemovalJob job)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"{Version} {(job.Options.Format == OutputFormat.WebP ? "webp" : "png")} "));
        hash.AppendData(job.Picture.Bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
