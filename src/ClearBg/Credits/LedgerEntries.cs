using System.Data.Common;
using System.Globalization;
using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>
/// Writes the journal. Each transaction moves amounts between the account's book and one of the operator's: <c>granted</c>, where credits come from, and
/// <c>spent</c>, where they go. What one book gains the other loses, fund by fund, so a transaction's entries sum to zero.
/// </summary>
internal static class LedgerEntries
{
    extension(DbConnection connection)
    {
        /// <summary>Adds to the account what the operator grants, or takes it back. False when this transaction was written before.</summary>
        /// <param name="id">A new one.</param>
        /// <param name="accountId">The account.</param>
        /// <param name="granted">Amounts, positive or negative.</param>
        /// <param name="note">The operator's words for it.</param>
        /// <param name="now">Milliseconds.</param>
        /// <param name="cancellation">Ends the transaction without a trace.</param>
        public Task<bool> WriteGrantAsync(string id, string accountId, Draw granted, string note, long now, CancellationToken cancellation) =>
            connection.WriteAsync("grant", "granted", id, accountId, keyId: null, granted, note, now, cancellation);

        /// <summary>Takes from the account what a hold had set aside.</summary>
        /// <param name="id">The hold's.</param>
        /// <param name="accountId">The account.</param>
        /// <param name="keyId">The API key that asked.</param>
        /// <param name="spent">Amounts, positive.</param>
        /// <param name="now">Milliseconds.</param>
        /// <param name="cancellation">Ends the transaction without a trace.</param>
        public Task<bool> WriteCaptureAsync(string id, string accountId, string keyId, Draw spent, long now, CancellationToken cancellation) =>
            connection.WriteAsync("capture", "spent", id, accountId, keyId, -spent, note: "", now, cancellation);

        /// <summary>True when this transaction was written before.</summary>
        public async Task<bool> IsWrittenAsync(string id, CancellationToken cancellation)
        {
            await using var command = connection.Command("SELECT id FROM transactions WHERE id = @id", ("@id", id));
            return await command.ExecuteScalarAsync(cancellation) is not null;
        }

        private async Task<bool> WriteAsync(
            string kind, string otherBook, string id, string accountId, string? keyId, Draw amounts, string note, long now, CancellationToken cancellation)
        {
            await using var transaction = connection.Command(
                """
                INSERT INTO transactions (id, account_id, kind, key_id, note, created_at) VALUES (@id, @account, @kind, @key, @note, @now)
                ON CONFLICT (id) DO NOTHING
                """,
                ("@id", id),
                ("@account", accountId),
                ("@kind", kind),
                ("@key", (object?)keyId ?? DBNull.Value),
                ("@note", note),
                ("@now", now));
            if (await transaction.ExecuteNonQueryAsync(cancellation) == 0)
            {
                return false;
            }

            // Numbers and names of our own, so they may stand in the text.
            var rows = amounts.Parts.SelectMany(part => ((string, long)[])[("account", part.Amount), (otherBook, -part.Amount)], (part, side) =>
                string.Create(CultureInfo.InvariantCulture, $"(@id, '{side.Item1}', '{part.Fund}', {side.Item2})"));
            await using var entries = connection.Command(
                $"INSERT INTO entries (transaction_id, book, fund, amount) VALUES {string.Join(", ", rows)}",
                ("@id", id));
            await entries.ExecuteNonQueryAsync(cancellation);
            return true;
        }
    }
}
