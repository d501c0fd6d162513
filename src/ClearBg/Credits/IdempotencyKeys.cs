using System.Data.Common;
using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>What is known of a request that carries an <c>Idempotency-Key</c>.</summary>
internal enum IdempotencyState
{
    /// <summary>Nobody else is at it: do it, then complete or abandon the record.</summary>
    New,

    /// <summary>The same request is at work, here or in another process.</summary>
    InProgress,

    /// <summary>The key came with another request.</summary>
    Mismatch,

    /// <summary>The same request was answered and paid: answer it again without a charge.</summary>
    Done,
}

/// <summary>The state, the record's id where it is <see cref="IdempotencyState.New"/>, and what was decided about the answer where it is <see cref="IdempotencyState.Done"/>.</summary>
internal sealed record Idempotency(IdempotencyState State, string? Id = null, string? Answer = null);

/// <summary>The end of a request that was answered.</summary>
/// <param name="Id">Its record's.</param>
/// <param name="Answer">What was decided about the answer beside what was asked, and would be decided otherwise next time.</param>
internal sealed record Completion(string Id, string Answer);

/// <summary>
/// The <c>Idempotency-Key</c>s that clients sent (draft-ietf-httpapi-idempotency-key-header), each under the API key it came with. A record says who is at work
/// and what was paid; answers aren't kept, for the same request is answered the same way again.
/// </summary>
internal sealed class IdempotencyKeys(DbDataSource database, TimeProvider clock)
{
    /// <summary>The most characters in a key.</summary>
    public const int MaxLength = 255;

    /// <summary>How long after its completion a request is answered again without a charge.</summary>
    public static readonly TimeSpan DoneFor = TimeSpan.FromHours(24);

    // A record can vanish between the two statements as often as other processes abandon it.
    private const int Tries = 10;

    /// <summary>True for 1 to 255 printable ASCII characters.</summary>
    public static bool IsValid(string key) => key.Length is > 0 and <= MaxLength && !key.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Of requests with one key at once, in all processes, exactly one gets <see cref="IdempotencyState.New"/>.</summary>
    /// <param name="keyId">The API key.</param>
    /// <param name="key">As the client sent it.</param>
    /// <param name="fingerprint">SHA-256 over everything that decides the answer, in hexadecimal.</param>
    /// <param name="runningFor">After which time a record that was neither completed nor abandoned counts as left by a process that died.</param>
    /// <param name="cancellation">The request's end.</param>
    /// <exception cref="ArgumentException">The key is not <see cref="IsValid"/>.</exception>
    public async Task<Idempotency> BeginAsync(
        string keyId, string key, string fingerprint, TimeSpan runningFor, CancellationToken cancellation = default)
    {
        if (!IsValid(key))
        {
            throw new ArgumentException($"A key has 1 to {MaxLength} printable ASCII characters.", nameof(key));
        }

        var id = LongId.Create(clock.GetUtcNow());
        for (var tries = 0; tries < Tries; tries++)
        {
            if (await database.TransactAsync(connection => ClaimAsync(connection, id, keyId, key, fingerprint, runningFor, cancellation), cancellation) is not null)
            {
                return new Idempotency(IdempotencyState.New, id);
            }

            if (await database.ReadAsync(connection => FindAsync(connection, keyId, key, cancellation), cancellation) is var (known, decided, state))
            {
                return !string.Equals(known, fingerprint, StringComparison.Ordinal) ? new Idempotency(IdempotencyState.Mismatch)
                    : state is "done" ? new Idempotency(IdempotencyState.Done, Answer: decided)
                    : new Idempotency(IdempotencyState.InProgress);
            }
        }

        return new Idempotency(IdempotencyState.InProgress);
    }

    /// <summary>Records that the request was answered, where it cost nothing. False when the record was abandoned, or went to another process because it took too long.</summary>
    public Task<bool> CompleteAsync(Completion completion, CancellationToken cancellation = default) =>
        database.TransactAsync(connection => CompleteAsync(connection, completion, cancellation), cancellation);

    /// <summary>As <see cref="CompleteAsync(Completion, CancellationToken)"/>, inside the connection's transaction.</summary>
    public async Task<bool> CompleteAsync(DbConnection connection, Completion completion, CancellationToken cancellation)
    {
        // By the id alone: whoever takes a record over gives it another one, and where a commit was lost on its way back it is done already.
        await using var command = connection.Command(
            "UPDATE idempotency_keys SET state = 'done', answer = @answer, expires_at = @until WHERE id = @id",
            ("@id", completion.Id),
            ("@answer", completion.Answer),
            ("@until", (clock.GetUtcNow() + DoneFor).ToUnixTimeMilliseconds()));
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Forgets a request that failed, so that the next one with its key starts anew. What was completed stays.</summary>
    public Task AbandonAsync(string id, CancellationToken cancellation = default) => database.TransactAsync(
        async connection =>
        {
            await using var command = connection.Command("DELETE FROM idempotency_keys WHERE id = @id AND state = 'running'", ("@id", id));
            return await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);

    /// <summary>Deletes records past their time and says how many. They counted for nothing before.</summary>
    public Task<int> SweepAsync(CancellationToken cancellation = default) => database.TransactAsync(
        async connection =>
        {
            await using var command = connection.Command("DELETE FROM idempotency_keys WHERE expires_at <= @now", ("@now", clock.Milliseconds));
            return await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);

    /// <summary>The new record's id, or null when there is another one that counts. Its own is there already where a commit was lost on its way back.</summary>
    private async Task<string?> ClaimAsync(
        DbConnection connection, string id, string keyId, string key, string fingerprint, TimeSpan runningFor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var command = connection.Command(
            """
            INSERT INTO idempotency_keys (id, key_id, text, fingerprint, answer, state, expires_at)
            VALUES (@id, @key, @text, @fingerprint, '', 'running', @until)
            ON CONFLICT (key_id, text) DO UPDATE
            SET id = excluded.id, fingerprint = excluded.fingerprint, answer = excluded.answer, state = excluded.state, expires_at = excluded.expires_at
            WHERE idempotency_keys.expires_at <= @now OR idempotency_keys.id = @id
            RETURNING id
            """,
            ("@id", id),
            ("@key", keyId),
            ("@text", key),
            ("@fingerprint", fingerprint),
            ("@until", (now + runningFor).ToUnixTimeMilliseconds()),
            ("@now", now.ToUnixTimeMilliseconds()));
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<(string Fingerprint, string Answer, string State)?> FindAsync(DbConnection connection, string keyId, string key, CancellationToken cancellation)
    {
        await using var command = connection.Command(
            "SELECT fingerprint, answer, state FROM idempotency_keys WHERE key_id = @key AND text = @text",
            ("@key", keyId),
            ("@text", key));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetString(0), reader.GetString(1), reader.GetString(2)) : null;
    }
}
