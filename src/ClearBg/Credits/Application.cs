namespace ClearBg.Credits;

/// <summary>A program whose users call the Monitor API: everything known about it but its key's secret.</summary>
/// <param name="Id">12 lower-case hexadecimal digits, the public part of its key. May be logged.</param>
/// <param name="Name">The operator's name for it, unique; see <see cref="DisplayName"/>.</param>
/// <param name="DailyLimit">Pictures a day, UTC, that each client gets without a key of its own; 0 for none.</param>
/// <param name="IsEnabled">False while the operator keeps it off.</param>
/// <param name="CreatedAt">UTC, to the millisecond.</param>
internal sealed record Application(string Id, string Name, long DailyLimit, bool IsEnabled, DateTimeOffset CreatedAt);

/// <summary>An application at the one moment when its key's secret is known; a class for the reason that <see cref="NewApiKey"/> gives.</summary>
internal sealed class NewApplication(Application application, string text)
{
    /// <summary>What the database keeps, less the hash.</summary>
    public Application Application { get; } = application;

    /// <summary>The whole key, to be shown once.</summary>
    public string Reveal() => text;

    /// <summary>The public id alone.</summary>
    public override string ToString() => Application.Id;
}
