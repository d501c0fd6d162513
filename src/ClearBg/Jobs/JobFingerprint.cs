using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ClearBg.Imaging;

namespace ClearBg.Jobs;

/// <summary>SHA-256 over what decides an answer, as 64 hexadecimal digits.</summary>
internal static class JobFingerprint
{
    /// <summary>Of what was asked: the pictures' bytes, and the options as they were understood, however they were spelt.</summary>
    public static string Of(RemovalJob job)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, job.Picture);
        Append(hash, job.BackgroundImage);
        hash.AppendData(Encoding.UTF8.GetBytes(job.Options.ToString()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Of an answer: what was asked, the size it came to, and what did it.</summary>
    public static string OfAnswer(string asked, SizeTier size, string recipe) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{asked} {size} {recipe}")));

    private static void Append(IncrementalHash hash, PixelBuffer? bytes)
    {
        // The length first: no picture's end can pass for the next one's beginning.
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, bytes?.Length ?? -1);
        hash.AppendData(length);
        if (bytes is not null)
        {
            hash.AppendData(bytes.Bytes);
        }
    }
}
