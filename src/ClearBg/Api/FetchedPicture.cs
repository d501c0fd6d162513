using ClearBg.Admission;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>Pictures that requests point to. They take memory as uploaded ones do, so they take places as those: each as many bytes as a picture may have.</summary>
internal sealed class FetchedPicture(UploadGate gate, PictureDownload download, IOptions<IntakeOptions> intake)
{
    /// <summary>Waits for room for so many pictures together, and keeps it until the answer is sent or the client gone; the refusal where there is none.</summary>
    /// <remarks>Together: of requests that had room for one of two pictures each, none might ever get the second.</remarks>
    public async Task<Failure?> EnterAsync(HttpContext http, int pictures)
    {
        if (pictures == 0)
        {
            return null;
        }

        // The request's own body is inside already, so that all of a small gate could never be had.
        var place = await gate.EnterAsync(Math.Min((long)pictures * intake.Value.MaxBytes, gate.Capacity / 2), http.RequestAborted);
        http.Response.RegisterForDispose(place);
        return place.IsAcquired ? null : new Failure(FailureCode.Overloaded, RetryAfterSeconds: place.RetryAfterSeconds);
    }

    /// <summary>Fetches one of them, as <see cref="PictureDownload.FetchAsync"/>.</summary>
    public Task<Outcome<PixelBuffer>> ReadAsync(string url, UrlField field, CancellationToken cancellation) => download.FetchAsync(url, field, cancellation);
}
