using System.Data.Common;
using ClearBg.Storage;
using Microsoft.Extensions.Options;

namespace ClearBg.Credits;

/// <summary>Makes a new installation usable: an account with one key and credits, where there was no account at all.</summary>
internal sealed class FirstAccount(DbDataSource database, ApiKeys keys, IOptions<CreditsOptions> options, TimeProvider clock)
{
    /// <summary>The account's name, and the account that commands mean when they name none.</summary>
    public const string Name = "default";

    /// <summary>
    /// Creates the account and its key when there is no account, and returns the key; otherwise null. Of processes that start at once
    /// exactly one gets a key.
    /// </summary>
    /// <param name="keyName">The key's name; see <see cref="DisplayName"/>.</param>
    /// <param name="applicationId">The key's; see <see cref="ApiKey"/>.</param>
    /// <param name="profile">The key's.</param>
    /// <param name="cancellation">Leaves the database as it was.</param>
    public async Task<NewApiKey?> EnsureAsync(
        string keyName = "first", string? applicationId = null, ApiProfile? profile = null, CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var id = PublicId.Create();
        // Where writers don't exclude each other (PostgreSQL) both may see no account; the unique name then makes the second one wait and do nothing.
        await using var command = connection.Command(
            "INSERT INTO accounts (id, name, created_at) SELECT @id, @name, @now WHERE NOT EXISTS (SELECT 1 FROM accounts) ON CONFLICT (name) DO NOTHING",
            ("@id", id),
            ("@name", Name),
            ("@now", clock.Milliseconds));
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return null;
        }

        var key = await keys.CreateAsync(connection, id, keyName, applicationId, profile, cancellation);
        if (options.Value.FirstAccountCredits > 0)
        {
            var credits = Draw.Of(Fund.Enterprise, new CreditAmount(1000L * options.Value.FirstAccountCredits));
            await connection.WriteGrantAsync(LongId.Create(clock.GetUtcNow()), id, credits, "first account", clock.Milliseconds, cancellation);
            await connection.TryAddAsync(id, credits, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return key;
    }
}
