using System.Threading.RateLimiting;

namespace ClearBg.Admission;

/// <summary>A place inside a gate, or word that there is none.</summary>
internal sealed class Place : IDisposable
{
    private readonly RateLimitLease? _lease;
    private readonly DrainRate? _rate;
    private readonly int _weight;
    private readonly long _since;
    private int _left;

    /// <summary>A place, taken now.</summary>
    public Place(RateLimitLease lease, int weight, DrainRate rate) => (_lease, _weight, _rate, _since) = (lease, weight, rate, rate.Now);

    /// <summary>None.</summary>
    /// <param name="retryAfterSeconds">When it is worth to come back, 1 to 60.</param>
    public Place(int retryAfterSeconds) => RetryAfterSeconds = retryAfterSeconds;

    public bool IsAcquired => _lease is not null;

    /// <summary>Whole seconds, 1 to 60, where there was no place; else 0.</summary>
    public int RetryAfterSeconds { get; }

    public void Dispose()
    {
        if (_lease is not null && Interlocked.Exchange(ref _left, 1) == 0)
        {
            _rate!.Finish(_weight, _since);
            _lease.Dispose();
        }
    }
}
