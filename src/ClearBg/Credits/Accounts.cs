using System.Data.Common;
using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>Who pays: owns keys and credits.</summary>
/// <param name="Id">12 lower-case hexadecimal digits, never used again.</param>
/// <param name="Name">The operator's name for it, unique; see <see cref="DisplayName"/>.</param>
/// <param name="CreatedAt">UTC, to the millisecond.</param>
internal sealed record Account(string Id, string Name, DateTimeOffset CreatedAt);

/// <summary>The accounts in the database.</summary>
internal sealed class Accounts(DbDataSource database, TimeProvider clock)
{
    /// <summary>Creates an account without credits; null when the name is taken.</summary>
    /// <exception cref="ArgumentException">The name breaks the rule of <see cref="DisplayName"/>.</exception>
    public Task<Account?> CreateAsync(string name, CancellationToken cancellation = default) => CreateAsync(name, Balance.Empty, cancellation);

    /// <summary>Creates an account that was granted something; null, and no grant, when the name is taken.</summary>
    /// <param name="name">The account's.</param>
    /// <param name="opening">At most <see cref="CreditAmount.Max"/> in each fund, nothing negative.</param>
    /// <param name="cancellation">Leaves the database as it was.</param>
    /// <exception cref="ArgumentException">The name breaks the rule of <see cref="DisplayName"/>, or the opening balance is out of its bounds.</exception>
    public async Task<Account?> CreateAsync(string name, Balance opening, CancellationToken cancellation = default)
    {
        DisplayName.ThrowIfInvalid(name);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = connection.Command(
            "INSERT INTO accounts (id, name, created_at) VALUES (@id, @name, @now) ON CONFLICT (name) DO NOTHING RETURNING id, name, created_at",
            ("@id", PublicId.Create()),
            ("@name", name),
            ("@now", clock.Milliseconds));
        if (await ReadOneAsync(command, cancellation) is not { } account)
        {
            return null;
        }

        if (Draw.All(opening) is var granted && granted != default)
        {
            await connection.WriteGrantAsync(LongId.Create(clock.GetUtcNow()), account.Id, granted, "opening", clock.Milliseconds, cancellation);
            if (!await connection.TryAddAsync(account.Id, granted, cancellation))
            {
                throw new ArgumentOutOfRangeException(nameof(opening));
            }
        }

        await transaction.CommitAsync(cancellation);
        return account;
    }

    /// <summary>The account with this id or name, or null. Where one account's name is another's id, the id counts.</summary>
    public async Task<Account?> FindAsync(string idOrName, CancellationToken cancellation = default)
    {
        await using var command = database.Command(
            "SELECT id, name, created_at FROM accounts WHERE id = @text OR name = @text ORDER BY CASE WHEN id = @text THEN 0 ELSE 1 END LIMIT 1",
            ("@text", idOrName));
        return await ReadOneAsync(command, cancellation);
    }

    /// <summary>All accounts, oldest first.</summary>
    public async Task<List<Account>> ListAsync(CancellationToken cancellation = default)
    {
        await using var command = database.Command("SELECT id, name, created_at FROM accounts ORDER BY created_at, id");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<Account> accounts = [];
        while (await reader.ReadAsync(cancellation))
        {
            accounts.Add(Read(reader));
        }

        return accounts;
    }

    private static async Task<Account?> ReadOneAsync(DbCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    private static Account Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetTime(2));
}
