namespace ClearBg.Credits;

/// <summary>What is known about an API key: everything but its secret.</summary>
/// <param name="Id">The public part, 12 lower-case hexadecimal digits. May be logged.</param>
/// <param name="AccountId">Who pays for what the key asks for.</param>
/// <param name="Name">The operator's name for it, not unique; see <see cref="DisplayName"/>.</param>
/// <param name="CreatedAt">UTC, to the millisecond.</param>
/// <param name="RevokedAt">Since when it is refused, or null.</param>
/// <param name="ApplicationId">The application through which alone it may be used, or null for the API itself.</param>
/// <param name="Profile">Whose API it speaks; null for the installation's.</param>
internal sealed record ApiKey(
    string Id, string AccountId, string Name, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? ApplicationId = null, ApiProfile? Profile = null);

/// <summary>Whose API <c>/v1.0</c> speaks, where the two differ.</summary>
internal enum ApiProfile
{
    /// <summary>ClearBG's: 401 without a key, size auto, format png, previews free.</summary>
    ClearBg,
    /// <summary>remove.bg's: 403 without a key, size preview, format auto, a preview a quarter of a credit.</summary>
    RemoveBg,
}

/// <summary>A key at the one moment when its secret is known.</summary>
/// <remarks>
/// A class with a method, not a record with a property: <see cref="ToString"/>, a logger that takes objects apart and a JSON serializer
/// all miss the secret.
/// </remarks>
internal sealed class NewApiKey(ApiKey key, string text)
{
    /// <summary>What the database keeps, less the hash.</summary>
    public ApiKey Key { get; } = key;

    /// <summary>The whole key, to be shown once to its owner.</summary>
    public string Reveal() => text;

    /// <summary>The public id alone.</summary>
    public override string ToString() => Key.Id;
}
