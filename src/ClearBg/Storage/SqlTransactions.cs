using System.Data.Common;

namespace ClearBg.Storage;

/// <summary>Several statements as one.</summary>
internal static class SqlTransactions
{
    /// <summary>How often work is begun at most, where the database itself says that another try may succeed.</summary>
    private const int Tries = 3;

    extension(DbDataSource source)
    {
        /// <summary>Reads on a connection of its own, outside of any transaction; tried again as <see cref="TransactAsync"/> is.</summary>
        public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellation)
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    await using var connection = await source.OpenConnectionAsync(cancellation);
                    return await read(connection);
                }
                catch (DbException e) when (e.IsTransient && tries < Tries)
                {
                    // Again, on another connection: after a restart of the server the pool's lead nowhere.
                }
            }
        }

        /// <summary>Commits when <paramref name="work"/> gives a value; what gives null or throws leaves nothing behind.</summary>
        /// <remarks>
        /// SQLite begins with the write lock (the driver's BEGIN IMMEDIATE), so nothing can fail half-way for another writer; in this process writers take turns.
        /// PostgreSQL runs at READ COMMITTED: a statement sees what was committed before it and waits for rows that others change. Tried again is what the driver
        /// calls transient: a lost connection, a server that restarts, a deadlock. The loss may have hidden a commit that succeeded, so work has to bear being
        /// done twice.
        /// </remarks>
        public async Task<T> TransactAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation)
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    using var turn = source is SqliteSource file ? await file.TakeTurnAsync(cancellation) : null;
                    await using var connection = await source.OpenConnectionAsync(cancellation);
                    await using var transaction = await connection.BeginTransactionAsync(cancellation);
                    var value = await work(connection);
                    if (value is not null)
                    {
                        // From here on whoever asked must learn whether it was done, even one who no longer waits: only then can it be undone.
                        await transaction.CommitAsync(CancellationToken.None);
                    }

                    return value;
                }
                catch (DbException e) when (e.IsTransient && tries < Tries)
                {
                    // Again, on another connection.
                }
            }
        }
    }
}
