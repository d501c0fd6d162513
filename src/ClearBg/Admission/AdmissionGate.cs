using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace ClearBg.Admission;

/// <summary>Lets work in by its megapixels, first come first served, with a bounded queue: memory follows pixels, not requests.</summary>
internal sealed class AdmissionGate(IOptions<AdmissionOptions> options) : IDisposable
{
    private const long PixelsPerPermit = 1_000_000;

    /// <summary>However small a picture, its copy at the model's size takes about as much as this many megapixels.</summary>
    private const int LeastPermits = 4;

    private readonly int _permits = options.Value.Megapixels;
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.Megapixels,
        QueueLimit = options.Value.QueuedMegapixels,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for room. The lease says whether there was any; disposing it makes room again.</summary>
    /// <param name="pixels">Of the picture.</param>
    /// <param name="cancellation">Gives up the place in the queue.</param>
    public ValueTask<RateLimitLease> EnterAsync(long pixels, CancellationToken cancellation) =>
        _limiter.AcquireAsync((int)Math.Clamp((pixels + PixelsPerPermit - 1) / PixelsPerPermit, Math.Min(LeastPermits, _permits), _permits), cancellation);

    public void Dispose() => _limiter.Dispose();
}
