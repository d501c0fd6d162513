using Microsoft.Extensions.Options;

namespace ClearBg.Admission;

/// <summary>
/// Lets request bodies in by their bytes: those that are being read and those that are held until their answer is sent. A picture's pixels are known only when
/// its body is here, so without this bound bodies alone could fill the memory before <see cref="AdmissionGate"/> sees any of them.
/// </summary>
internal sealed class UploadGate(IOptions<AdmissionOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>What reading a body of any size takes: the smallest picture's buffer, a chunk, the form's and the server's own buffers.</summary>
    private const int BytesPerPermit = 256 * 1024;

    private const int PermitsPerMegabyte = (1 << 20) / BytesPerPermit;

    // As much may wait as may be inside: a body that waits is not in memory, but its client holds a connection.
    private readonly BoundedGate _gate = new(
        options.Value.UploadMegabytes * PermitsPerMegabyte, options.Value.UploadMegabytes * PermitsPerMegabyte, TimeSpan.FromSeconds(options.Value.WaitSeconds), time);

    /// <summary>Bytes of bodies that are read or held at this moment, in whole units of 256 KiB.</summary>
    public long Inside => _gate.Inside * BytesPerPermit;

    /// <summary>Bytes of bodies that wait to be read at this moment, in the same units.</summary>
    public long Waiting => _gate.Waiting * BytesPerPermit;

    /// <summary>Waits for room, at most <see cref="AdmissionOptions.WaitSeconds"/>. The place says whether there was any; disposing it makes room again.</summary>
    /// <param name="bytes">Of the body, as announced; as many as it may have where it wasn't.</param>
    /// <param name="cancellation">Gives up the place in the queue.</param>
    public ValueTask<Place> EnterAsync(long bytes, CancellationToken cancellation) =>
        _gate.EnterAsync(Math.Max((bytes + BytesPerPermit - 1) / BytesPerPermit, 1), cancellation);

    public void Dispose() => _gate.Dispose();
}
