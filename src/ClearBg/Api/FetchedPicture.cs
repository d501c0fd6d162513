using ClearBg.Admission;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>Pictures that requests point to. They take memory as uploaded ones do, so they take places as those: each as many bytes as a picture may have.</summary>
internal sealed class FetchedPicture(UploadGate gate, PictureDownload download, IOptions<IntakeOptions> intake)
{
    /// <summary>Waits for room for so many pictures, and keeps it until the answer is sent or the client gone; the refusal where there is none.</summary>
    /// <remarks>
    /// For all of them together with what the request has sent, whose place is given up for that: of requests that have some room and wait for more, none might
    /// ever get it.
    /// </remarks>
    /// <param name="http">The request.</param>
    /// <param name="pictures">To be fetched.</param>
    /// <param name="held">Bytes that the request has sent, and are kept.</param>
    public async Task<Failure?> EnterAsync(HttpContext http, int pictures, long held)
    {
        if (pictures == 0)
        {
            return null;
        }

        http.Features.Get<Place>()?.Dispose();
        var place = await gate.EnterAsync(((long)pictures * intake.Value.MaxBytes) + held, http.RequestAborted);
        http.Response.RegisterForDispose(place);
        return place.IsAcquired ? null : new Failure(FailureCode.Overloaded, RetryAfterSeconds: place.RetryAfterSeconds);
    }

    /// <summary>Fetches one of them, as <see cref="PictureDownload.FetchAsync"/>.</summary>
    public Task<Outcome<PixelBuffer>> ReadAsync(string url, UrlField field, CancellationToken cancellation) => download.FetchAsync(url, field, cancellation);
}
