using System.Data.Common;

namespace ClearBg.Storage;

/// <summary>How much of a window of time is used up.</summary>
/// <param name="IsTaken">Whether what was asked for was counted; false when it would have passed the limit.</param>
/// <param name="Limit">Weight allowed in the window.</param>
/// <param name="Used">Weight counted so far; never above the limit.</param>
/// <param name="EndsAt">When counting begins anew, UTC.</param>
internal sealed record RateWindow(bool IsTaken, long Limit, long Used, DateTimeOffset EndsAt)
{
    public long Remaining => Math.Max(0, Limit - Used);

    /// <summary>Whole seconds until the end, at least 1.</summary>
    public int RetryAfterSeconds(DateTimeOffset now) => (int)Math.Clamp(Math.Ceiling((EndsAt - now).TotalSeconds), 1, 86_400);
}

/// <summary>
/// Limits in fixed windows, counted in the database: exact for all processes that share it. A window begins with the first thing that is counted in it, and each
/// count is one statement.
/// </summary>
internal sealed class RateWindows(DbDataSource database, TimeProvider clock)
{
    private const int Tries = 3;

    /// <summary>The end of today, UTC.</summary>
    public DateTimeOffset Midnight => new(clock.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    /// <summary>Counts <paramref name="weight"/>, unless that passes the limit. What alone is heavier than the limit counts as the limit: it needs a whole window.</summary>
    /// <remarks>What is lost is a connection that breaks after a commit and before its answer: the second try counts once more. Nobody gets more than the limit by it.</remarks>
    /// <param name="subject">Whose window, unique among all kinds of limits.</param>
    /// <param name="weight">1 or more.</param>
    /// <param name="limit">1 or more.</param>
    /// <param name="endsAt">The window's end, in case that one begins now.</param>
    /// <param name="cancellation">The request's end.</param>
    public async Task<RateWindow> TakeAsync(string subject, long weight, long limit, DateTimeOffset endsAt, CancellationToken cancellation = default)
    {
        for (var tries = 1; ; tries++)
        {
            if (await database.TransactAsync(connection => TakeAsync(connection, subject, weight, limit, endsAt, cancellation), cancellation) is { } taken)
            {
                return taken;
            }

            // The window can end between the two, or somebody give back what was missing.
            var window = await LookAsync(subject, limit, endsAt, cancellation);
            if (window.Remaining < Math.Min(weight, limit) || tries == Tries)
            {
                return window;
            }
        }
    }

    /// <summary>As it stands, with nothing counted.</summary>
    public Task<RateWindow> LookAsync(string subject, long limit, DateTimeOffset endsAt, CancellationToken cancellation = default) => database.ReadAsync(
        async connection =>
        {
            await using var command = connection.Command(
                "SELECT used, ends_at FROM rate_windows WHERE subject = @subject AND ends_at > @now", ("@subject", subject), ("@now", clock.Milliseconds));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            return await reader.ReadAsync(cancellation)
                ? new RateWindow(false, limit, Math.Min(reader.GetInt64(0), limit), reader.GetTime(1))
                : new RateWindow(false, limit, 0, endsAt);
        },
        cancellation);

    /// <summary>Takes back what was counted, as long as its window lasts.</summary>
    public Task GiveBackAsync(string subject, long weight, RateWindow window, CancellationToken cancellation = default) => database.TransactAsync(
        async connection =>
        {
            await using var command = connection.Command(
                "UPDATE rate_windows SET used = used - @weight WHERE subject = @subject AND ends_at = @end AND used >= @weight",
                ("@subject", subject),
                ("@weight", Math.Min(weight, window.Limit)),
                ("@end", window.EndsAt.ToUnixTimeMilliseconds()));
            return await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);

    /// <summary>Deletes windows that have ended, and returns how many.</summary>
    public Task<int> SweepAsync(CancellationToken cancellation = default) => database.TransactAsync(
        async connection =>
        {
            await using var command = connection.Command("DELETE FROM rate_windows WHERE ends_at <= @now", ("@now", clock.Milliseconds));
            return await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);

    private async Task<RateWindow?> TakeAsync(DbConnection connection, string subject, long weight, long limit, DateTimeOffset endsAt, CancellationToken cancellation)
    {
        await using var command = connection.Command(
            """
            INSERT INTO rate_windows (subject, used, ends_at) VALUES (@subject, @weight, @end)
            ON CONFLICT (subject) DO UPDATE SET
              used = CASE WHEN rate_windows.ends_at <= @now THEN @weight ELSE rate_windows.used + @weight END,
              ends_at = CASE WHEN rate_windows.ends_at <= @now THEN @end ELSE rate_windows.ends_at END
            WHERE rate_windows.ends_at <= @now OR rate_windows.used + @weight <= @limit
            RETURNING used, ends_at
            """,
            ("@subject", subject),
            ("@weight", Math.Min(weight, limit)),
            ("@limit", limit),
            ("@now", clock.Milliseconds),
            ("@end", endsAt.ToUnixTimeMilliseconds()));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new RateWindow(true, limit, reader.GetInt64(0), reader.GetTime(1)) : null;
    }
}
