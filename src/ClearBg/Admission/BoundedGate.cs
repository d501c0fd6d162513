using System.Threading.RateLimiting;

namespace ClearBg.Admission;

/// <summary>Lets work in by its weight, first come first served, with a queue that is bounded in weight and time, and knows how fast it moves.</summary>
/// <param name="capacity">Weight that may be inside at once.</param>
/// <param name="queued">Weight that may wait.</param>
/// <param name="wait">How long anything may wait.</param>
/// <param name="time">The clock.</param>
internal sealed class BoundedGate(int capacity, int queued, TimeSpan wait, TimeProvider time) : IDisposable
{
    private readonly DrainRate _rate = new(time);
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = capacity,
        QueueLimit = queued,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Weight inside at this moment.</summary>
    public long Inside => capacity - _limiter.GetStatistics()!.CurrentAvailablePermits;

    /// <summary>Weight that waits at this moment.</summary>
    public long Waiting => _limiter.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Waits for room. The place says whether there was any; disposing it makes room again.</summary>
    /// <param name="weight">1 or more. What is heavier than the gate's capacity enters alone.</param>
    /// <param name="cancellation">Gives up the place in the queue.</param>
    public async ValueTask<Place> EnterAsync(long weight, CancellationToken cancellation)
    {
        var permits = (int)Math.Min(weight, capacity);
        using var patience = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            var lease = await _limiter.AcquireAsync(permits, either.Token);
            return lease.IsAcquired ? new Place(lease, permits, _rate) : NoPlace();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return NoPlace();
        }
    }

    public void Dispose() => _limiter.Dispose();

    /// <summary>It is worth to come back when all that is inside and waiting would be done at the pace of late.</summary>
    private Place NoPlace() => new(_rate.SecondsFor(Inside + Waiting));
}
