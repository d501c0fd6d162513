using System.Data.Common;
using System.Security.Cryptography;
using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>The API keys in the database: the public id and the SHA-256 of the secret, never the secret.</summary>
internal sealed class ApiKeys(DbDataSource database, TimeProvider clock)
{
    private const string Columns = "id, account_id, name, created_at, revoked_at, application_id, profile";

    /// <summary>Creates a key for an account that exists.</summary>
    /// <exception cref="ArgumentException">The name breaks the rule of <see cref="DisplayName"/>.</exception>
    /// <exception cref="DbException">There is no such account.</exception>
    public async Task<NewApiKey> CreateAsync(string accountId, string name, string? applicationId = null, ApiProfile? profile = null, CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await CreateAsync(connection, accountId, name, applicationId, profile, cancellation);
    }

    /// <summary>As the other, inside the connection's transaction.</summary>
    public async Task<NewApiKey> CreateAsync(
        DbConnection connection, string accountId, string name, string? applicationId, ApiProfile? profile, CancellationToken cancellation)
    {
        DisplayName.ThrowIfInvalid(name);
        var secret = RandomNumberGenerator.GetBytes(KeyText.SecretBytes);
        var (id, now) = (PublicId.Create(), clock.Milliseconds);
        await using var command = connection.Command(
            """
            INSERT INTO api_keys (id, account_id, name, secret_hash, created_at, application_id, profile)
            VALUES (@id, @account, @name, @hash, @now, NULLIF(@application, ''), NULLIF(@profile, ''))
            """,
            ("@id", id),
            ("@account", accountId),
            ("@name", name),
            ("@hash", Convert.ToHexStringLower(KeyText.Hash(secret))),
            ("@now", now),
            ("@application", applicationId ?? ""),
            ("@profile", profile?.ToString() ?? ""));
        await command.ExecuteNonQueryAsync(cancellation);
        return new NewApiKey(new ApiKey(id, accountId, name, DateTimeOffset.FromUnixTimeMilliseconds(now), null, applicationId, profile), KeyText.OfAccount.Format(id, secret));
    }

    /// <summary>All keys, revoked ones too, oldest first.</summary>
    public async Task<List<ApiKey>> ListAsync(CancellationToken cancellation = default)
    {
        await using var command = database.Command($"SELECT {Columns} FROM api_keys ORDER BY created_at, id");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<ApiKey> keys = [];
        while (await reader.ReadAsync(cancellation))
        {
            keys.Add(Read(reader));
        }

        return keys;
    }

    /// <summary>Refuses the key from the next request on. A key revoked before stays revoked since then; false when no key has this id.</summary>
    public async Task<bool> RevokeAsync(string id, CancellationToken cancellation = default)
    {
        await using var command = database.Command(
            "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, @now) WHERE id = @id",
            ("@id", id),
            ("@now", clock.Milliseconds));
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>The key that was presented, or null when it is missing, malformed, unknown, wrong or revoked; which of them, nobody is told.</summary>
    /// <param name="presented">A header's value as it came: any length, any characters. What isn't a key never reaches the database.</param>
    /// <param name="cancellation">The request's end.</param>
    public async Task<ApiKey?> VerifyAsync(string? presented, CancellationToken cancellation = default)
    {
        if (!KeyText.OfAccount.TryParse(presented, out var id, out var hash))
        {
            return null;
        }

        return await database.ReadAsync(
            async connection =>
            {
                await using var command = connection.Command($"SELECT {Columns}, secret_hash FROM api_keys WHERE id = @id", ("@id", id));
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                var known = await reader.ReadAsync(cancellation);
                var kept = Convert.FromHexString(known ? reader.GetString(7) : KeyText.NoHash);
                var proven = CryptographicOperations.FixedTimeEquals(kept, hash) && known;
                return proven && Read(reader) is { RevokedAt: null } key ? key : null;
            },
            cancellation);
    }

    private static ApiKey Read(DbDataReader row) =>
        new(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetTime(3), row.IsDBNull(4) ? null : row.GetTime(4), row.IsDBNull(5) ? null : row.GetString(5),
            row.IsDBNull(6) ? null : Enum.Parse<ApiProfile>(row.GetString(6)));
}
