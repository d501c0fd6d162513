using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace ClearBg.Admission;

/// <summary>Lets work in by its megapixels, first come first served, with a queue that is bounded in pixels and time: memory follows pixels, not requests.</summary>
internal sealed class AdmissionGate(IOptions<AdmissionOptions> options, TimeProvider time) : IDisposable
{
    private const long PixelsPerPermit = 1_000_000;

    /// <summary>However small a picture, its copy at the model's size takes about as much as this many megapixels.</summary>
    private const int LeastPermits = 4;

    private readonly int _permits = options.Value.Megapixels;
    private readonly TimeSpan _wait = TimeSpan.FromSeconds(options.Value.WaitSeconds);
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.Megapixels,
        QueueLimit = options.Value.QueuedMegapixels,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for room, at most <see cref="AdmissionOptions.WaitSeconds"/>. The lease says whether there was any; disposing it makes room again.</summary>
    /// <param name="pixels">Of the picture; more where its work takes more memory than a picture of its size should.</param>
    /// <param name="cancellation">Gives up the place in the queue.</param>
    public async ValueTask<RateLimitLease> EnterAsync(long pixels, CancellationToken cancellation)
    {
        var permits = (int)Math.Clamp((pixels + PixelsPerPermit - 1) / PixelsPerPermit, Math.Min(LeastPermits, _permits), _permits);
        using var patience = new CancellationTokenSource(_wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            return await _limiter.AcquireAsync(permits, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new TooLate();
        }
    }

    public void Dispose() => _limiter.Dispose();

    /// <summary>The lease of a picture that waited in vain.</summary>
    private sealed class TooLate : RateLimitLease
    {
        public override bool IsAcquired => false;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
