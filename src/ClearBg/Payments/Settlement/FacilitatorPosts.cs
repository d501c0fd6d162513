using System.Data.Common;
using ClearBg.Storage;

namespace ClearBg.Payments.Settlement;

/// <summary>Which payments a facilitator was asked to settle. A refusal is certain only the first time: later ones may be about what the first request did.</summary>
internal sealed class FacilitatorPosts(DbDataSource database, TimeProvider clock)
{
    /// <summary>Writes down that the facilitator is about to be asked. True when it certainly never was.</summary>
    public async Task<bool> AddAsync(string paymentId, CancellationToken cancellation) => await database.TransactAsync(
        async connection =>
        {
            await using var command = connection.Command(
                "INSERT INTO facilitator_posts (payment_id, created_at) VALUES (@payment, @now) ON CONFLICT (payment_id) DO NOTHING",
                ("@payment", paymentId),
                ("@now", clock.Milliseconds));
            return await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation) == 1;
}
