using System.Security.Cryptography;

namespace ClearBg.Credits;

/// <summary>Identifiers that may be shown and logged: 48 random bits as 12 lower-case hexadecimal digits. They prove nothing.</summary>
internal static class PublicId
{
    /// <summary>Characters in an identifier.</summary>
    public const int Length = 12;

    /// <summary>A new identifier. Among ten thousand the odds of any two being equal are below one in a million; a primary key catches it.</summary>
    public static string Create() => RandomNumberGenerator.GetHexString(Length, lowercase: true);
}
