using System.Data.Common;
using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>A hold at its end: whose it was and what it had taken.</summary>
internal sealed record EndedHold(string AccountId, string KeyId, Draw Draw);

/// <summary>The statements over balances and holds that <see cref="CreditLedger"/> puts together, each inside the connection's transaction.</summary>
internal static class LedgerRows
{
    private const string Add =
        """
        UPDATE balances
        SET subscription = subscription + @subscription, pay_as_you_go = pay_as_you_go + @pay_as_you_go, enterprise = enterprise + @enterprise, free_calls = free_calls + @free_calls
        WHERE account_id = @account
        """;

    extension(DbConnection connection)
    {
        /// <summary>The balance as it is at this moment; <see cref="Balance.Empty"/> where there is none.</summary>
        public async Task<Balance> ReadBalanceAsync(string accountId, CancellationToken cancellation)
        {
            await using var command = connection.Command($"SELECT {Draw.Columns} FROM balances WHERE account_id = @account", ("@account", accountId));
            return await ReadBalanceAsync(command, cancellation) ?? Balance.Empty;
        }

        /// <summary>The balance, which until the transaction's end nobody else can change; null when it doesn't cover the amount and no free call pays.</summary>
        public async Task<Balance?> LockBalanceAsync(string accountId, CreditAmount amount, bool freeCallPays, CancellationToken cancellation)
        {
            // An update that changes nothing: the one way to lock a row that both engines have.
            await using var command = connection.Command(
                $"""
                UPDATE balances SET free_calls = free_calls
                WHERE account_id = @account AND (subscription + pay_as_you_go + enterprise >= @amount OR free_calls >= @free_calls)
                RETURNING {Draw.Columns}
                """,
                ("@account", accountId),
                ("@amount", amount.Thousandths),
                ("@free_calls", freeCallPays ? 1 : long.MaxValue));
            return await ReadBalanceAsync(command, cancellation);
        }

        /// <summary>Adds to a balance that exists, or takes from one that is locked.</summary>
        public async Task AddAsync(string accountId, Draw draw, CancellationToken cancellation)
        {
            await using var command = connection.Command(Add, Values(accountId, draw));
            await command.ExecuteNonQueryAsync(cancellation);
        }

        /// <summary>Adds to a balance, new or not. False, and no change, when a part of it would fall below nothing or exceed <see cref="CreditAmount.Max"/>.</summary>
        public async Task<bool> TryAddAsync(string accountId, Draw draw, CancellationToken cancellation)
        {
            await using var open = connection.Command(
                "INSERT INTO balances (account_id) VALUES (@account) ON CONFLICT (account_id) DO NOTHING",
                ("@account", accountId));
            await open.ExecuteNonQueryAsync(cancellation);
            await using var command = connection.Command(
                $"""
                {Add} AND subscription + @subscription BETWEEN 0 AND @most AND pay_as_you_go + @pay_as_you_go BETWEEN 0 AND @most
                AND enterprise + @enterprise BETWEEN 0 AND @most AND free_calls + @free_calls BETWEEN 0 AND @most
                """,
                [.. Values(accountId, draw), ("@most", CreditAmount.Max.Thousandths)]);
            return await command.ExecuteNonQueryAsync(cancellation) == 1;
        }

        /// <summary>Writes down what was taken from the balance.</summary>
        public async Task InsertHoldAsync(Hold hold, string keyId, Draw draw, DateTimeOffset until, CancellationToken cancellation)
        {
            await using var command = connection.Command(
                $"""
                INSERT INTO holds (id, account_id, key_id, expires_at, {Draw.Columns})
                VALUES (@id, @account, @key, @until, @subscription, @pay_as_you_go, @enterprise, @free_calls)
                """,
                [.. Values(hold.AccountId, draw), ("@id", hold.Id), ("@key", keyId), ("@until", until.ToUnixTimeMilliseconds())]);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        /// <summary>Whether an open hold is of a free call; null where there is no such hold.</summary>
        public async Task<bool?> IsFreeCallAsync(string id, CancellationToken cancellation)
        {
            await using var command = connection.Command("SELECT free_calls FROM holds WHERE id = @id", ("@id", id));
            return await command.ExecuteScalarAsync(cancellation) is long calls ? calls > 0 : null;
        }

        /// <summary>Ends a hold whose lifetime reaches beyond a time. Of all who try, in any process, one gets it; the others get null.</summary>
        public async Task<EndedHold?> EndHoldAsync(string id, long livingAt, CancellationToken cancellation)
        {
            await using var command = connection.Command(
                $"DELETE FROM holds WHERE id = @id AND expires_at > @now RETURNING {Draw.Columns}, account_id, key_id",
                ("@id", id),
                ("@now", livingAt));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            return await reader.ReadAsync(cancellation)
                ? new EndedHold(reader.GetString(4), reader.GetString(5), new Draw(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)))
                : null;
        }
    }

    extension(DbDataReader reader)
    {
        /// <summary>The balance in a row that begins with <see cref="Draw.Columns"/>.</summary>
        public Balance GetBalance() => new(new(reader.GetInt64(0)), new(reader.GetInt64(1)), new(reader.GetInt64(2)), reader.GetInt64(3));
    }

    private static (string Name, object Value)[] Values(string accountId, Draw draw) =>
    [
        ("@account", accountId),
        ("@subscription", draw.Subscription),
        ("@pay_as_you_go", draw.PayAsYouGo),
        ("@enterprise", draw.Enterprise),
        ("@free_calls", draw.FreeCalls),
    ];

    private static async Task<Balance?> ReadBalanceAsync(DbCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetBalance() : null;
    }
}
