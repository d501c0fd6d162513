using Microsoft.Extensions.Options;

namespace ClearBg.Admission;

/// <summary>Lets work in by its megapixels, for memory follows pixels, not requests.</summary>
internal sealed class AdmissionGate(IOptions<AdmissionOptions> options, TimeProvider time) : IDisposable
{
    private const long PixelsPerPermit = 1_000_000;

    /// <summary>However small a picture, its copy at the model's size takes about as much as this many megapixels.</summary>
    private const int LeastPermits = 4;

    private readonly BoundedGate _gate = new(
        options.Value.Megapixels, options.Value.QueuedMegapixels, TimeSpan.FromSeconds(options.Value.WaitSeconds), time);

    /// <summary>Waits for room, at most <see cref="AdmissionOptions.WaitSeconds"/>. The place says whether there was any; disposing it makes room again.</summary>
    /// <param name="pixels">Of the picture; more where its work takes more memory than a picture of its size should.</param>
    /// <param name="cancellation">Gives up the place in the queue.</param>
    public ValueTask<Place> EnterAsync(long pixels, CancellationToken cancellation) =>
        _gate.EnterAsync(Math.Max((pixels + PixelsPerPermit - 1) / PixelsPerPermit, LeastPermits), cancellation);

    public void Dispose() => _gate.Dispose();
}
