using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace ClearBg.Credits;

/// <summary>
/// Keys as text: a prefix that says of what (<c>cbg_</c> for an API key, <c>cba_</c> for an application's), 12 hexadecimal digits of public id, <c>_</c>, 64 digits of secret (32 random bytes); 81 characters, all
/// lower-case. One spelling for one key, and only letters, digits and underscores: a double-click selects it whole, a secret scanner
/// finds it by <c>cb[ag]_[0-9a-f]{12}_[0-9a-f]{64}</c>.
/// </summary>
internal sealed class KeyText
{
    public static readonly KeyText OfAccount = new("cbg_");
    public static readonly KeyText OfApplication = new("cba_");

    /// <summary>Characters in a key.</summary>
    public const int Length = SecretStart + (2 * SecretBytes);

    /// <summary>Random bytes in a secret.</summary>
    public const int SecretBytes = 32;

    private const int PrefixLength = 4;
    private const int Separator = PrefixLength + PublicId.Length;
    private const int SecretStart = Separator + 1;

    /// <summary>What the secret under an unknown id is compared with, so that it takes the same steps as under a known one.</summary>
    public static readonly string NoHash = new('0', 2 * SHA256.HashSizeInBytes);

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly string _prefix;

    private KeyText(string prefix) => _prefix = prefix;

    /// <summary>Writes a key.</summary>
    /// <param name="id">12 lower-case hexadecimal digits.</param>
    /// <param name="secret">32 bytes.</param>
    public string Format(string id, ReadOnlySpan<byte> secret) => $"{_prefix}{id}_{Convert.ToHexStringLower(secret)}";

    /// <summary>The digest under which a secret is kept: 32 bytes of SHA-256. With 256 random bits, salt or a slow hash would add nothing.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> secret) => SHA256.HashData(secret);

    /// <summary>Takes a key apart. False for anything but the exact form, whatever its length and characters.</summary>
    public bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out string? id, [NotNullWhen(true)] out byte[]? hash)
    {
        (id, hash) = (null, null);
        if (text is not { Length: Length } || !text.StartsWith(_prefix, StringComparison.Ordinal) || text[Separator] != '_')
        {
            return false;
        }

        var publicId = text.AsSpan(PrefixLength, PublicId.Length);
        var digits = text.AsSpan(SecretStart);
        // The base library reads upper-case digits too; a second spelling of the same key is refused here.
        if (publicId.ContainsAnyExcept(Digits) || digits.ContainsAnyExcept(Digits))
        {
            return false;
        }

        Span<byte> secret = stackalloc byte[SecretBytes];
        Convert.FromHexString(digits, secret, out _, out _);
        (id, hash) = (publicId.ToString(), Hash(secret));
        return true;
    }
}
