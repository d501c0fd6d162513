using System.Data.Common;
using System.Globalization;
using System.Numerics;
using ClearBg.Payments.Ethereum;
using ClearBg.Storage;

namespace ClearBg.Payments.Settlement;

/// <summary>
/// Every transaction that was ever signed for a payment, and who has which nonce of the settler. One transaction of the database locks the settler's row, finds the lowest nonce that is free,
/// signs and stores; so any number of processes may share one key, and nothing is broadcast that a crash could make forget.
/// </summary>
/// <remarks>
/// A nonce is free when the chain has not used it and no open transaction holds it. One that was held by a payment that came to its end without it is taken again by the next, so that no
/// gap keeps what comes after it waiting for ever. Should the transaction that was given up still wait somewhere, then the next one takes its place like one that is stuck.
/// </remarks>
internal sealed class SentTransactions(DbDataSource database, TimeProvider clock)
{
    private const string Columns = "hash, nonce, raw, tip_cap, fee_cap, gas_limit, block, created_at";

    /// <summary>
    /// How long what was seen on the chain counts for more than what a node says: behind one address there are several, and some lag by seconds. No longer, for a test chain can begin anew.
    /// </summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    /// <summary>What was signed for a payment, newest first; of those that share a nonce the dearer came later, whatever the processes' clocks say. What another key signed, before the operator changed it, holds no nonce of this one's.</summary>
    public async Task<List<SentTransaction>> FindAsync(string paymentId, Address settler, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await FindAsync(connection, paymentId, settler, cancellation);
    }

    /// <summary>
    /// Takes a nonce, signs and stores. Where another process did it first, what that one stored. Null where the payment is no longer the caller's to settle, and where the account can't pay for
    /// this transaction and for all that are open.
    /// </summary>
    /// <param name="paymentId">For which payment.</param>
    /// <param name="lease">The caller's on it.</param>
    /// <param name="seen">How many transactions of the payment the caller knows, none of which is under way.</param>
    /// <param name="settler">Whose nonce.</param>
    /// <param name="account">The settler's account as the node says it.</param>
    /// <param name="block">The newest block.</param>
    /// <param name="draft">The transaction with its nonce left to be set.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    public Task<SentTransaction?> AddAsync(
        string paymentId, string lease, int seen, SettlerKey settler, SettlerAccount account, long block, FeeMarketTransaction draft, CancellationToken cancellation) =>
        database.TransactAsync<SentTransaction?>(
            async connection =>
            {
                var floor = Math.Max(account.NextNonce, await LockAsync(connection, settler.Address, draft.ChainId, cancellation));

                // Changes nothing, and makes whoever would end the payment meanwhile wait.
                await using var hold = connection.Command(
                    "UPDATE payments SET state = state WHERE id = @payment AND state = 'settling' AND lease = @lease",
                    ("@payment", paymentId),
                    ("@lease", lease));
                if (await hold.ExecuteNonQueryAsync(cancellation) == 0)
                {
                    return null;
                }

                var sent = await FindAsync(connection, paymentId, settler.Address, cancellation);
                var other = sent.Find(static transaction => transaction.IsOpen);
                if (sent.Count > seen || other is not null)
                {
                    return other ?? sent[0];
                }

                var open = await OpenAsync(connection, settler.Address, draft.ChainId, floor, cancellation);
                if (account.Balance < open.Values.Aggregate(draft.GasLimit * draft.FeeCap, BigInteger.Add))
                {
                    return null;
                }

                var nonce = floor;
                while (open.ContainsKey(nonce))
                {
                    nonce++;
                }

                // Its own one that a node rejected is as good as a new one.
                return sent.Find(own => own.Nonce == nonce) is { } rejected && await ReopenAsync(connection, rejected, settler.Address, cancellation)
                    ? rejected with { IsOpen = true }
                    : await InsertAsync(connection, paymentId, settler, draft with { Nonce = nonce }, block, cancellation);
            },
            cancellation);

    /// <summary>Signs and stores a transaction at a nonce that the payment has already. Where another process did it first, what that one stored.</summary>
    public Task<SentTransaction> ReplaceAsync(string paymentId, SettlerKey settler, SentTransaction stuck, FeeMarketTransaction draft, CancellationToken cancellation) =>
        database.TransactAsync(
            async connection =>
            {
                await LockAsync(connection, settler.Address, draft.ChainId, cancellation);
                var newest = (await FindAsync(connection, paymentId, settler.Address, cancellation)).Find(static transaction => transaction.IsOpen);
                return newest is null || newest.Hash != stuck.Hash
                    ? newest ?? stuck
                    : await InsertAsync(connection, paymentId, settler, draft with { Nonce = stuck.Nonce }, stuck.Block, cancellation);
            },
            cancellation);

    /// <summary>The payment came to its end, or lost its nonce: it holds none any more.</summary>
    /// <param name="paymentId">The payment.</param>
    /// <param name="settler">Whose nonces.</param>
    /// <param name="chainId">On which chain.</param>
    /// <param name="used">A nonce that was seen on the chain; null for none.</param>
    /// <param name="cancellation">Changes nothing if it comes in time.</param>
    public Task CloseAsync(string paymentId, Address settler, long chainId, long? used, CancellationToken cancellation) => database.TransactAsync(
        async connection =>
        {
            await LockAsync(connection, settler, chainId, cancellation);
            await using var close = connection.Command("UPDATE sent_transactions SET is_open = 0 WHERE payment_id = @payment AND is_open = 1", ("@payment", paymentId));
            var closed = await close.ExecuteNonQueryAsync(cancellation);
            if (used is { } nonce)
            {
                await using var remember = connection.Command(
                    """
                    UPDATE settler_nonces SET seen_at = @now, next_nonce = CASE WHEN seen_at < @forgotten OR next_nonce < @next THEN @next ELSE next_nonce END
                    WHERE settler = @settler AND chain_id = @chain
                    """,
                    ("@settler", settler.ToString()),
                    ("@chain", chainId),
                    ("@next", nonce + 1),
                    ("@now", clock.Milliseconds),
                    ("@forgotten", Forgotten));
                await remember.ExecuteNonQueryAsync(cancellation);
            }

            return closed;
        },
        cancellation);

    /// <summary>What was sent for a payment that is over and unpaid: it can't get into a block as anything but a failure, and holds nothing any more.</summary>
    public Task<int> CloseAsync(string paymentId, CancellationToken cancellation) => database.TransactAsync(
        async connection =>
        {
            await using var close = connection.Command("UPDATE sent_transactions SET is_open = 0 WHERE payment_id = @payment AND is_open = 1", ("@payment", paymentId));
            return await close.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);

    private long Forgotten => (clock.GetUtcNow() - Memory).ToUnixTimeMilliseconds();

    /// <summary>Makes everyone else with this key wait for the transaction's end. Returns the next nonce as this installation itself saw it lately.</summary>
    private async Task<long> LockAsync(DbConnection connection, Address settler, long chainId, CancellationToken cancellation)
    {
        await using var command = connection.Command(
            """
            INSERT INTO settler_nonces (settler, chain_id, next_nonce, seen_at) VALUES (@settler, @chain, 0, 0)
            ON CONFLICT (settler, chain_id) DO UPDATE SET seen_at = settler_nonces.seen_at
            RETURNING CASE WHEN seen_at < @forgotten THEN 0 ELSE next_nonce END
            """,
            ("@settler", settler.ToString()),
            ("@chain", chainId),
            ("@forgotten", Forgotten));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }

    /// <summary>The nonces from the floor on that open transactions have, and what each may cost, in wei: of those that share one, one is used.</summary>
    private static async Task<Dictionary<long, BigInteger>> OpenAsync(DbConnection connection, Address settler, long chainId, long floor, CancellationToken cancellation)
    {
        await using var command = connection.Command(
            "SELECT nonce, gas_limit, fee_cap FROM sent_transactions WHERE settler = @settler AND chain_id = @chain AND is_open = 1 AND nonce >= @floor",
            ("@settler", settler.ToString()),
            ("@chain", chainId),
            ("@floor", floor));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        Dictionary<long, BigInteger> open = [];
        while (await reader.ReadAsync(cancellation))
        {
            var cost = reader.GetInt64(1) * BigInteger.Parse(reader.GetString(2), CultureInfo.InvariantCulture);
            open[reader.GetInt64(0)] = BigInteger.Max(cost, open.GetValueOrDefault(reader.GetInt64(0)));
        }

        return open;
    }

    private static async Task<bool> ReopenAsync(DbConnection connection, SentTransaction transaction, Address settler, CancellationToken cancellation)
    {
        await using var command = connection.Command(
            "UPDATE sent_transactions SET is_open = 1 WHERE hash = @hash AND settler = @settler", ("@hash", transaction.Hash.ToString()), ("@settler", settler.ToString()));
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private async Task<SentTransaction> InsertAsync(
        DbConnection connection, string paymentId, SettlerKey settler, FeeMarketTransaction transaction, long block, CancellationToken cancellation)
    {
        var (raw, hash) = transaction.Sign(settler);
        var sent = new SentTransaction(hash, transaction.Nonce, raw, transaction.TipCap, transaction.FeeCap, transaction.GasLimit, block, clock.GetUtcNow(), IsOpen: true);
        await using var command = connection.Command(
            $"""
            INSERT INTO sent_transactions ({Columns}, payment_id, settler, chain_id, is_open)
            VALUES (@hash, @nonce, @raw, @tip, @fee, @gas, @block, @now, @payment, @settler, @chain, 1)
            """,
            ("@payment", paymentId),
            ("@settler", settler.Address.ToString()),
            ("@chain", transaction.ChainId),
            ("@hash", sent.Hash.ToString()),
            ("@nonce", sent.Nonce),
            ("@raw", Hex.Format(sent.Raw)),
            ("@tip", sent.TipCap.ToString(CultureInfo.InvariantCulture)),
            ("@fee", sent.FeeCap.ToString(CultureInfo.InvariantCulture)),
            ("@gas", sent.GasLimit),
            ("@block", sent.Block),
            ("@now", sent.CreatedAt.ToUnixTimeMilliseconds()));
        await command.ExecuteNonQueryAsync(cancellation);
        return sent;
    }

    private static async Task<List<SentTransaction>> FindAsync(DbConnection connection, string paymentId, Address settler, CancellationToken cancellation)
    {
        await using var command = connection.Command(
            $"""
            SELECT {Columns}, CASE WHEN settler = @settler THEN is_open ELSE 0 END FROM sent_transactions
            WHERE payment_id = @payment ORDER BY MAX(created_at) OVER (PARTITION BY nonce) DESC, nonce DESC, length(fee_cap) DESC, fee_cap DESC
            """,
            ("@payment", paymentId),
            ("@settler", settler.ToString()));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<SentTransaction> sent = [];
        while (await reader.ReadAsync(cancellation))
        {
            sent.Add(new(
                new Bytes32(Convert.FromHexString(reader.GetString(0).AsSpan(2))),
                reader.GetInt64(1),
                Convert.FromHexString(reader.GetString(2).AsSpan(2)),
                BigInteger.Parse(reader.GetString(3), CultureInfo.InvariantCulture),
                BigInteger.Parse(reader.GetString(4), CultureInfo.InvariantCulture),
                reader.GetInt64(5),
                reader.GetInt64(6),
                reader.GetTime(7),
                reader.GetInt64(8) == 1));
        }

        return sent;
    }
}
