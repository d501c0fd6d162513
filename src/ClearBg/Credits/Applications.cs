using System.Data.Common;
using System.Security.Cryptography;
using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>The applications in the database. Their keys are kept as those of accounts are: the public id and the SHA-256 of the secret.</summary>
internal sealed class Applications(DbDataSource database, TimeProvider clock)
{
    private const string Columns = "id, name, daily_limit, enabled, created_at";

    /// <summary>Creates an application; null when the name is taken.</summary>
    /// <exception cref="ArgumentException">The name breaks the rule of <see cref="DisplayName"/>.</exception>
    public async Task<NewApplication?> CreateAsync(string name, long dailyLimit, CancellationToken cancellation = default)
    {
        DisplayName.ThrowIfInvalid(name);
        ArgumentOutOfRangeException.ThrowIfNegative(dailyLimit);
        var secret = RandomNumberGenerator.GetBytes(KeyText.SecretBytes);
        var id = PublicId.Create();
        await using var command = database.Command(
            $"""
            INSERT INTO applications (id, name, secret_hash, daily_limit, enabled, created_at) VALUES (@id, @name, @hash, @limit, 1, @now)
            ON CONFLICT (name) DO NOTHING RETURNING {Columns}
            """,
            ("@id", id),
            ("@name", name),
            ("@hash", Convert.ToHexStringLower(KeyText.Hash(secret))),
            ("@limit", dailyLimit),
            ("@now", clock.Milliseconds));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new NewApplication(Read(reader), KeyText.OfApplication.Format(id, secret)) : null;
    }

    /// <summary>Replaces the application's secret. Of two who do so at once the last one's key counts.</summary>
    public async Task<NewApplication> RekeyAsync(Application application, CancellationToken cancellation = default)
    {
        var secret = RandomNumberGenerator.GetBytes(KeyText.SecretBytes);
        await using var command = database.Command(
            "UPDATE applications SET secret_hash = @hash WHERE id = @id", ("@id", application.Id), ("@hash", Convert.ToHexStringLower(KeyText.Hash(secret))));
        await command.ExecuteNonQueryAsync(cancellation);
        return new NewApplication(application, KeyText.OfApplication.Format(application.Id, secret));
    }

    /// <summary>The application with this id or name, or null. Where one's name is another's id, the id counts.</summary>
    public async Task<Application?> FindAsync(string idOrName, CancellationToken cancellation = default)
    {
        await using var command = database.Command(
            $"SELECT {Columns} FROM applications WHERE id = @text OR name = @text ORDER BY CASE WHEN id = @text THEN 0 ELSE 1 END LIMIT 1", ("@text", idOrName));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    /// <summary>All applications, oldest first.</summary>
    public async Task<List<Application>> ListAsync(CancellationToken cancellation = default)
    {
        await using var command = database.Command($"SELECT {Columns} FROM applications ORDER BY created_at, id");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<Application> applications = [];
        while (await reader.ReadAsync(cancellation))
        {
            applications.Add(Read(reader));
        }

        return applications;
    }

    /// <summary>Changes what may change; null leaves it as it is. False when no application has this id.</summary>
    public async Task<bool> ChangeAsync(string id, bool? isEnabled, long? dailyLimit, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dailyLimit.GetValueOrDefault(), nameof(dailyLimit));
        await using var command = database.Command(
            """
            UPDATE applications SET enabled = CASE WHEN @enabled < 0 THEN enabled ELSE @enabled END, daily_limit = CASE WHEN @limit < 0 THEN daily_limit ELSE @limit END
            WHERE id = @id
            """,
            ("@id", id),
            ("@enabled", isEnabled is { } enabled ? (enabled ? 1L : 0L) : -1L),
            ("@limit", dailyLimit ?? -1L));
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>The application whose key was presented, enabled or not; null when it is malformed, unknown or wrong.</summary>
    /// <param name="presented">A header's value as it came: any length, any characters.</param>
    /// <param name="cancellation">The request's end.</param>
    public async Task<Application?> VerifyAsync(string? presented, CancellationToken cancellation = default)
    {
        if (!KeyText.OfApplication.TryParse(presented, out var id, out var hash))
        {
            return null;
        }

        return await database.ReadAsync(
            async connection =>
            {
                await using var command = connection.Command($"SELECT {Columns}, secret_hash FROM applications WHERE id = @id", ("@id", id));
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                var known = await reader.ReadAsync(cancellation);
                var kept = Convert.FromHexString(known ? reader.GetString(5) : KeyText.NoHash);
                return CryptographicOperations.FixedTimeEquals(kept, hash) && known ? Read(reader) : null;
            },
            cancellation);
    }

    private static Application Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3) != 0, row.GetTime(4));
}
