using System.Data.Common;
using ClearBg.Storage;
using Microsoft.Extensions.Options;

namespace ClearBg.Payments;

/// <summary>
/// The answers to paid requests, for the same request sent again: a client whose connection broke has paid all the same. Kept for a configured time; bytes in
/// parts, so that neither writing nor reading one holds a second copy of a whole picture.
/// </summary>
internal sealed class PaymentAnswers(DbDataSource database, TimeProvider clock, IOptions<PaymentsOptions> options)
{
    /// <summary>Bytes of a part.</summary>
    private const int PartSize = 256 * 1024;

    /// <summary>Writes an answer inside the connection's transaction. Writing the same one twice changes nothing.</summary>
    public async Task WriteAsync(DbConnection connection, string paymentId, string contentType, Stream content, CancellationToken cancellation)
    {
        await using var head = connection.Command(
            "INSERT INTO payment_answers (payment_id, content_type, expires_at) VALUES (@id, @type, @until) ON CONFLICT DO NOTHING",
            ("@id", paymentId), ("@type", contentType), ("@until", (clock.GetUtcNow() + TimeSpan.FromMinutes(options.Value.AnswerMinutes)).ToUnixTimeMilliseconds()));
        await head.ExecuteNonQueryAsync(cancellation);

        content.Position = 0;
        var buffer = new byte[PartSize];
        for (var part = 0L; await content.ReadAtLeastAsync(buffer, PartSize, throwOnEndOfStream: false, cancellation) is > 0 and var read; part++)
        {
            await using var command = connection.Command(
                "INSERT INTO payment_answer_parts (payment_id, part, content) VALUES (@id, @part, @content) ON CONFLICT DO NOTHING",
                ("@id", paymentId), ("@part", part), ("@content", read == PartSize ? buffer : buffer[..read]));
            await command.ExecuteNonQueryAsync(cancellation);
        }

        content.Position = 0;
    }

    /// <summary>Appends an answer to <paramref name="target"/> and gives its media type; null, with nothing appended, where it isn't kept any more.</summary>
    public async Task<string?> ReadAsync(string paymentId, Stream target, CancellationToken cancellation)
    {
        // One statement: the sweeper can't come between the type and the bytes.
        await using var command = database.Command(
            """
            SELECT a.content_type, p.content FROM payment_answers a JOIN payment_answer_parts p ON p.payment_id = a.payment_id
            WHERE a.payment_id = @id AND a.expires_at > @now ORDER BY p.part
            """,
            ("@id", paymentId), ("@now", clock.Milliseconds));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        string? type = null;
        while (await reader.ReadAsync(cancellation))
        {
            type = reader.GetString(0);
            await target.WriteAsync(await reader.GetFieldValueAsync<byte[]>(1, cancellation), cancellation);
        }

        return type;
    }

    /// <summary>Deletes a payment's answer inside the connection's transaction.</summary>
    public static async Task DeleteAsync(DbConnection connection, string paymentId, CancellationToken cancellation)
    {
        await using var command = connection.Command("DELETE FROM payment_answers WHERE payment_id = @id", ("@id", paymentId));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Deletes answers past their time, unless their payments are still settling, and returns how many.</summary>
    public Task<int> SweepAsync(CancellationToken cancellation) => database.TransactAsync(
        async connection =>
        {
            await using var command = connection.Command(
                """
                DELETE FROM payment_answers WHERE expires_at <= @now
                AND payment_id NOT IN (SELECT id FROM payments WHERE state = 'settling')
                """,
                ("@now", clock.Milliseconds));
            return await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);
}
