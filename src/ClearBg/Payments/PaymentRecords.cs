using System.Data.Common;
using System.Globalization;
using ClearBg.Payments.Ethereum;
using ClearBg.Storage;

namespace ClearBg.Payments;

/// <summary>
/// Every payment that was claimed, and how far it is. One row for each, and every step is one statement that says from which state it goes: so of all processes
/// that want the same step, one takes it. A process that is at a payment has a lease, which it renews; when it dies, the lease ends by itself.
/// </summary>
/// <remarks>
/// working → (deleted) | settling → settled | failed | (deleted). Failed → settled, where somebody else handed it in later. A working row whose lease has ended counts as deleted: its process is gone, and nothing was sent. A settling row
/// stays until the chain has said what became of it. Settled wins over failed: money that came is owed a picture.
/// </remarks>
internal sealed class PaymentRecords(DbDataSource database, PaymentAnswers answers, TimeProvider clock)
{
    /// <summary>How long a process that died keeps others from a payment.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    /// <summary>The shortest time until a payment of unknown fate is driven on: two blocks on Base. It grows with the payment's age, by a tenth of it.</summary>
    public static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(4);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan MostPause = TimeSpan.FromMinutes(10);

    private const string IsAlive = "(state <> 'working' OR leased_until > @now)";

    /// <summary>Whoever had the lease before, and noticed late that it is gone, may have sent something in the meantime.</summary>
    private const string IsNotUnderWay = "NOT EXISTS (SELECT 1 FROM sent_transactions WHERE payment_id = @id AND is_open = 1)";

    /// <summary>Claims a payment: of all who try, one gets a lease, and the others null. Null too where another payment of this payer has its identifier.</summary>
    public Task<string?> ClaimAsync(Payment payment, string requestHash, string? identifier, CancellationToken cancellation)
    {
        var lease = LongId.Create(clock.GetUtcNow());
        return database.TransactAsync(
            async connection =>
            {
                await using var remains = connection.Command(
                    "DELETE FROM payments WHERE (id = @id OR (payer = @payer AND identifier = @identifier)) AND state = 'working' AND leased_until <= @now",
                    ("@id", payment.Id), ("@payer", payment.Authorization.From.ToString()), ("@identifier", identifier ?? ""), ("@now", clock.Milliseconds));
                await remains.ExecuteNonQueryAsync(cancellation);

                var signed = payment.Authorization;
                await using var claim = connection.Command(
                    """
                    INSERT INTO payments (id, payload_hash, request_hash, identifier, state, version, network, payer, pay_to, amount, valid_after, valid_before, nonce, signature, lease, leased_until, created_at)
                    VALUES (@id, @payload, @request, NULLIF(@identifier, ''), 'working', @version, @network, @payer, @to, @amount, @after, @before, @nonce, @signature, @lease, @until, @now)
                    ON CONFLICT DO NOTHING
                    """,
                    ("@id", payment.Id), ("@payload", payment.PayloadHash), ("@request", requestHash), ("@identifier", identifier ?? ""),
                    ("@version", (long)payment.Version), ("@network", payment.Network.Name), ("@payer", signed.From.ToString()), ("@to", signed.To.ToString()),
                    ("@amount", signed.Value.ToString(CultureInfo.InvariantCulture)), ("@after", signed.ValidAfter.ToString(CultureInfo.InvariantCulture)),
                    ("@before", signed.ValidBefore.ToString(CultureInfo.InvariantCulture)), ("@nonce", signed.Nonce.ToString()), ("@signature", Hex.Format(payment.Signature)),
                    ("@lease", lease), ("@until", Until(LeaseTime)), ("@now", clock.Milliseconds));
                if (await claim.ExecuteNonQueryAsync(cancellation) == 1)
                {
                    return lease;
                }

                // Where the answer to a commit was lost, a second try meets its own row.
                await using var mine = connection.Command("SELECT lease FROM payments WHERE id = @id AND lease = @lease", ("@id", payment.Id), ("@lease", lease));
                return (string?)await mine.ExecuteScalarAsync(cancellation);
            },
            cancellation);
    }

    /// <summary>The payment of this id, or null. Remains of a process that died while it worked count as nothing.</summary>
    public Task<PaymentRecord?> FindAsync(string id, CancellationToken cancellation) => FirstAsync("id = @id", cancellation, ("@id", id));

    /// <summary>The payment that its payer named so, likewise. One that failed has lost its name.</summary>
    public Task<PaymentRecord?> FindNamedAsync(Address payer, string identifier, CancellationToken cancellation) =>
        FirstAsync("payer = @payer AND identifier = @identifier", cancellation, ("@payer", payer.ToString()), ("@identifier", identifier));

    /// <summary>How many payments of this one's payer are worked on or settling on its network, itself included: one balance has to cover them all.</summary>
    public async Task<long> CountOpenAsync(Payment payment, CancellationToken cancellation)
    {
        await using var command = database.Command(
            $"SELECT COUNT(*) FROM payments WHERE payer = @payer AND network = @network AND state IN ('working', 'settling') AND {IsAlive}",
            ("@payer", payment.Authorization.From.ToString()), ("@network", payment.Network.Name), ("@now", clock.Milliseconds));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }

    /// <summary>Keeps a lease that is still ours. False where it isn't.</summary>
    public async Task<bool> RenewAsync(string id, string lease, CancellationToken cancellation) => await ChangeAsync(
        "UPDATE payments SET leased_until = @until WHERE id = @id AND lease = @lease AND state IN ('working', 'settling')", cancellation,
        ("@id", id), ("@lease", lease), ("@until", Until(LeaseTime)));

    /// <summary>Forgets a claim whose work came to nothing: the payment is as good as before. What has gone further stays.</summary>
    public Task<bool> DropAsync(string id, string lease, CancellationToken cancellation) =>
        ChangeAsync("DELETE FROM payments WHERE id = @id AND lease = @lease AND state = 'working'", cancellation, ("@id", id), ("@lease", lease));

    /// <summary>Forgets a settlement that certainly sent nothing, for a reason that isn't the payer's. False where the lease went to someone else, or something was sent after all.</summary>
    public Task<bool> ForgetAsync(string id, string lease, CancellationToken cancellation) => ChangeAsync(
        $"""
        DELETE FROM payments WHERE id = @id AND lease = @lease AND state = 'settling' AND {IsNotUnderWay}
        AND NOT EXISTS (SELECT 1 FROM facilitator_posts WHERE payment_id = @id)
        """,
        cancellation, ("@id", id), ("@lease", lease));

    /// <summary>
    /// Stores the answer, and with it goes from work to settlement: after this the payment may be sent. False where the lease went to someone else in the meantime;
    /// then nothing is stored, and nothing may be sent.
    /// </summary>
    public async Task<bool> BeginSettlingAsync(string id, string lease, string contentType, Stream answer, CancellationToken cancellation) =>
        await database.TransactAsync<string?>(
            async connection =>
            {
                await using var command = connection.Command(
                    "UPDATE payments SET state = 'settling', leased_until = @until WHERE id = @id AND lease = @lease AND state IN ('working', 'settling')",
                    ("@id", id), ("@lease", lease), ("@until", Until(LeaseTime)));
                if (await command.ExecuteNonQueryAsync(cancellation) == 0)
                {
                    return null;
                }

                await answers.WriteAsync(connection, id, contentType, answer, cancellation);
                return id;
            },
            cancellation) is not null;

    /// <summary>A new lease on a payment whose settlement nobody is at, be it that it rests; null where somebody is, or where there is nothing to settle.</summary>
    public Task<string?> TakeAsync(string id, CancellationToken cancellation) => TakeAsync(id, PaymentState.Settling, cancellation);

    /// <summary>The right to make the answer to a settled payment once more, for as long as a lease lasts; null where somebody else is at it.</summary>
    public Task<string?> TakeSettledAsync(string id, CancellationToken cancellation) => TakeAsync(id, PaymentState.Settled, cancellation);

    /// <summary>Stores that answer, for as long as the first one, and lets go. Nothing where the right went to someone else.</summary>
    public Task<string?> KeepAgainAsync(string id, string lease, string contentType, Stream answer, CancellationToken cancellation) => database.TransactAsync<string?>(
        async connection =>
        {
            await using var command = connection.Command(
                "UPDATE payments SET leased_until = @now WHERE id = @id AND lease = @lease AND state = 'settled'", ("@id", id), ("@lease", lease), ("@now", clock.Milliseconds));
            if (await command.ExecuteNonQueryAsync(cancellation) == 0)
            {
                return null;
            }

            await PaymentAnswers.DeleteAsync(connection, id, cancellation);
            await answers.WriteAsync(connection, id, contentType, answer, cancellation);
            return id;
        },
        cancellation);

    /// <summary>Lets go, for whoever goes on at once.</summary>
    public Task<bool> LetGoAsync(string id, string lease, CancellationToken cancellation) => ChangeAsync(
        "UPDATE payments SET leased_until = @now WHERE id = @id AND lease = @lease AND state IN ('settling', 'settled')", cancellation,
        ("@id", id), ("@lease", lease), ("@now", clock.Milliseconds));

    /// <summary>The money came. False where that was known before.</summary>
    public Task<bool> SettledAsync(string id, string transaction, CancellationToken cancellation) => ChangeAsync(
        """
        UPDATE payments SET state = 'settled', reason = NULL, transaction_hash = @transaction, settled_at = @now, leased_until = @now
        WHERE id = @id AND state IN ('settling', 'failed')
        """,
        cancellation, ("@id", id), ("@transaction", transaction), ("@now", clock.Milliseconds));

    /// <summary>
    /// The money will certainly not come; the answer goes with it, and the client's name for it is free. False where the lease went to someone else in the meantime, who may be
    /// sending it just now, or where something is under way after all.
    /// </summary>
    public async Task<bool> FailedAsync(string id, string lease, string reason, CancellationToken cancellation) =>
        await database.TransactAsync<string?>(
            async connection =>
            {
                await using var command = connection.Command(
                    $"""
                    UPDATE payments SET state = 'failed', reason = @reason, identifier = NULL, leased_until = @now
                    WHERE id = @id AND lease = @lease AND state IN ('settling', 'failed') AND {IsNotUnderWay}
                    """,
                    ("@id", id), ("@lease", lease), ("@reason", reason), ("@now", clock.Milliseconds));
                if (await command.ExecuteNonQueryAsync(cancellation) == 0)
                {
                    return null;
                }

                await PaymentAnswers.DeleteAsync(connection, id, cancellation);
                return id;
            },
            cancellation) is not null;

    /// <summary>Nobody knows yet: lets go, for whoever asks for it, and for upkeep after a pause, which is the longer the longer nobody has known.</summary>
    public Task<bool> PendingAsync(string id, string lease, string? transaction, CancellationToken cancellation) => ChangeAsync(
        """
        UPDATE payments SET lease = '',
          leased_until = @now + CASE WHEN @now - created_at < 10 * @least THEN @least WHEN @now - created_at > 10 * @most THEN @most ELSE (@now - created_at) / 10 END,
          transaction_hash = COALESCE(NULLIF(@transaction, ''), transaction_hash)
        WHERE id = @id AND lease = @lease AND state = 'settling'
        """,
        cancellation, ("@id", id), ("@lease", lease), ("@transaction", transaction ?? ""), ("@now", clock.Milliseconds),
        ("@least", (long)LeastPause.TotalMilliseconds), ("@most", (long)MostPause.TotalMilliseconds));

    /// <summary>Settlements on a network that nobody is at, those that waited longest first.</summary>
    public Task<List<PaymentRecord>> AbandonedAsync(PaymentNetwork network, int most, CancellationToken cancellation) => ListAsync(
        "WHERE state = 'settling' AND leased_until <= @now AND network = @network ORDER BY leased_until LIMIT @most", cancellation,
        ("@now", clock.Milliseconds), ("@network", network.Name), ("@most", (long)most));

    /// <summary>How many settlements wait on other networks than this one, or on any where there is none.</summary>
    public async Task<long> CountStrandedAsync(PaymentNetwork? network, CancellationToken cancellation)
    {
        await using var command = database.Command("SELECT COUNT(*) FROM payments WHERE state = 'settling' AND network <> @network", ("@network", network?.Name ?? ""));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }

    /// <summary>The latest payments, in one state or in all, newest first.</summary>
    public Task<List<PaymentRecord>> ListAsync(PaymentState? state, long most, CancellationToken cancellation) => ListAsync(
        "WHERE (@state = '' OR state = @state) ORDER BY created_at DESC, id LIMIT @most", cancellation, ("@state", state is { } wanted ? Text(wanted) : ""), ("@most", most));

    /// <summary>How many are settling, and since when the oldest of them has been there.</summary>
    public async Task<(long Count, DateTimeOffset? Since)> PendingAsync(CancellationToken cancellation)
    {
        await using var command = database.Command("SELECT COUNT(*), MIN(created_at) FROM payments WHERE state = 'settling'");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetTime(1));
    }

    /// <summary>Deletes what processes that died were working on, and returns how many.</summary>
    public Task<int> SweepAsync(CancellationToken cancellation) =>
        CountAsync("DELETE FROM payments WHERE state = 'working' AND leased_until <= @now", cancellation, ("@now", clock.Milliseconds));

    /// <summary>A state as it is written.</summary>
    public static string Text(PaymentState state) => state.ToString().ToLowerInvariant();

    private long Until(TimeSpan time) => (clock.GetUtcNow() + time).ToUnixTimeMilliseconds();

    private async Task<string?> TakeAsync(string id, PaymentState state, CancellationToken cancellation)
    {
        var lease = LongId.Create(clock.GetUtcNow());
        return await ChangeAsync(
            "UPDATE payments SET lease = @lease, leased_until = @until WHERE id = @id AND state = @state AND (leased_until <= @now OR lease = '')", cancellation,
            ("@id", id), ("@state", Text(state)), ("@lease", lease), ("@until", Until(LeaseTime)), ("@now", clock.Milliseconds)) ? lease : null;
    }

    private async Task<PaymentRecord?> FirstAsync(string condition, CancellationToken cancellation, params (string Name, object Value)[] values) =>
        (await ListAsync($"WHERE {condition} AND {IsAlive}", cancellation, [.. values, ("@now", clock.Milliseconds)])).FirstOrDefault();

    private async Task<List<PaymentRecord>> ListAsync(string where, CancellationToken cancellation, params (string Name, object Value)[] values)
    {
        await using var command = database.Command($"SELECT {PaymentRecord.Columns} FROM payments {where}", values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<PaymentRecord> records = [];
        while (await reader.ReadAsync(cancellation))
        {
            records.Add(PaymentRecord.Read(reader));
        }

        return records;
    }

    private async Task<bool> ChangeAsync(string text, CancellationToken cancellation, params (string Name, object Value)[] values) =>
        await CountAsync(text, cancellation, values) == 1;

    private Task<int> CountAsync(string text, CancellationToken cancellation, params (string Name, object Value)[] values) => database.TransactAsync(
        async connection =>
        {
            await using var command = connection.Command(text, values);
            return await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);
}
