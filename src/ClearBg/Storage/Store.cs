using System.Data.Common;
using System.Globalization;

namespace ClearBg.Storage;

/// <summary>The database as a whole: brought up to date before anything else uses it, and asked for signs of life.</summary>
internal sealed partial class Store(DbDataSource database, TimeProvider clock, ILogger<Store> logger)
{
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    private const string UniqueViolation = "23505";
    private const string DuplicateTable = "42P07";
    private const string DuplicateObject = "42710";

    /// <summary>
    /// Brings the schema to this program's version. Processes that start at once wait for each other; each migration runs once, whole or
    /// not at all.
    /// </summary>
    /// <exception cref="StoreException">The database is newer than this program, or a statement failed.</exception>
    public Task MigrateAsync(CancellationToken cancellation = default) => MigrateAsync(Migrations.All, cancellation);

    /// <summary>As <see cref="MigrateAsync(CancellationToken)"/>, with a list of its own.</summary>
    public async Task MigrateAsync(IReadOnlyList<string> migrations, CancellationToken cancellation = default)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await CreateRecordAsync(connection, cancellation);
            var version = await ReadVersionAsync(connection, cancellation);
            if (version > migrations.Count)
            {
                throw new StoreException(
                    $"The database {connection.DataSource} has schema version {version}, and this program knows none above {migrations.Count}. " +
                    "Run a newer ClearBg.");
            }

            while (version < migrations.Count)
            {
                var text = migrations[(int)version++];
                await ApplyAsync(connection, version, text, cancellation);
            }
        }
        catch (DbException e)
        {
            throw StoreException.From(e);
        }
    }

    /// <summary>Reads one row from the database, which a bare <c>SELECT 1</c> would not. For health checks.</summary>
    /// <exception cref="DbException">The database doesn't answer.</exception>
    public async Task PingAsync(CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ReadVersionAsync(connection, cancellation);
    }

    /// <summary>The table that says which migrations ran.</summary>
    private static async Task CreateRecordAsync(DbConnection connection, CancellationToken cancellation)
    {
        try
        {
            await using var create = connection.Command(
                "CREATE TABLE IF NOT EXISTS migrations (version bigint PRIMARY KEY NOT NULL, applied_at bigint NOT NULL)");
            await create.ExecuteNonQueryAsync(cancellation);
        }
        catch (DbException e) when (e.SqlState is UniqueViolation or DuplicateTable or DuplicateObject)
        {
            // PostgreSQL looks for the table before it locks its catalogue. Of processes that create it at once one succeeds; the others wait for its commit and
            // fail on the catalogue's own unique index, or on the table or its row type where the commit came between two looks. By then the table is there.
            // SQLite, which has no such state, never comes here.
        }
    }

    private async Task ApplyAsync(DbConnection connection, long version, string text, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The row is the lock as well as the record: a second process waits here for the first one's commit, and then has nothing to do.
        await using var claim = connection.Command(
            "INSERT INTO migrations (version, applied_at) VALUES (@version, @now) ON CONFLICT DO NOTHING",
            ("@version", version),
            ("@now", clock.Milliseconds));
        if (await claim.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return;
        }

        await using var change = connection.Command(text);
        await change.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        LogMigrated(version);
    }

    private static async Task<long> ReadVersionAsync(DbConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.Command("SELECT COALESCE(MAX(version), 0) FROM migrations");
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Database schema is now at version {Version}")]
    private partial void LogMigrated(long version);
}
