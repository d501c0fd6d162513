namespace ClearBg.Storage;

/// <summary>Identifiers for what is made with every request: a version 7 UUID (RFC 9562) as 32 lower-case hexadecimal digits, so that new rows lie at an index's end.</summary>
internal static class LongId
{
    /// <summary>A new identifier, with 74 random bits.</summary>
    public static string Create(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("N");
}
