using System.Data.Common;
using ClearBg.Storage;

namespace ClearBg.Payments.Settlement;

/// <summary>Which payments a facilitator was asked to settle. A refusal is certain only the first time: later ones may be about what the first request did.</summary>
internal sealed class FacilitatorPosts(DbDataSource database, TimeProvider clock)
{
    /// <summary>Writes down that the facilitator is about to be asked. IsFirst when it certainly never was; else FirstAt is when.</summary>
    public Task<(bool IsFirst, DateTimeOffset FirstAt)> AddAsync(string paymentId, CancellationToken cancellation) => database.TransactAsync(
        async connection =>
        {
            await using var command = connection.Command(
                "INSERT INTO facilitator_posts (payment_id, created_at) VALUES (@payment, @now) ON CONFLICT (payment_id) DO NOTHING",
                ("@payment", paymentId),
                ("@now", clock.Milliseconds));
            if (await command.ExecuteNonQueryAsync(cancellation) == 1)
            {
                return (true, clock.GetUtcNow());
            }

            await using var find = connection.Command("SELECT created_at FROM facilitator_posts WHERE payment_id = @payment", ("@payment", paymentId));
            await using var reader = await find.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            return (false, reader.GetTime(0));
        },
        cancellation);
}
