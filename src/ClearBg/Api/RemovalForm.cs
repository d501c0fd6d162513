using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ClearBg.Api;

/// <summary>
/// A multipart/form-data request (RFC 7578) of <c>/v1.0/removebg</c>, read: its text fields and its one picture. Not the framework's form reader, which writes
/// to the temporary folder and turns a picture without a file name into text.
/// </summary>
internal sealed class RemovalForm : IDisposable
{
    /// <summary>What a form may hold besides the largest picture, bytes: boundaries, headers, fields.</summary>
    private const int Overhead = 1 << 20;

    /// <summary>RFC 2046, 5.1.1.</summary>
    private const int LongestBoundary = 70;

    /// <summary>Bytes that the boundary is searched in at once.</summary>
    private const int BufferSize = 32 * 1024;

    private RemovalForm(IReadOnlyDictionary<string, string> fields, PixelBuffer picture) => (Fields, Picture) = (fields, picture);

    /// <summary>Name to value, as sent, of every part that is not the picture. Of a name that comes twice, the last value that is not empty.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; }

    /// <summary>The encoded picture: at least one byte, of any content.</summary>
    public PixelBuffer Picture { get; }

    /// <summary>The longest body that is read, bytes.</summary>
    public static long MostBytes(IntakeOptions limits) => (long)limits.MaxBytes + Overhead;

    /// <summary>Reads a request's body to its end, or up to what refuses it.</summary>
    /// <returns>
    /// <see cref="FailureCode.InvalidRequest"/>: not such a form, malformed, cut short, too many or too long fields. <see cref="FailureCode.FileTooLarge"/>,
    /// <see cref="FailureCode.MissingSource"/>, <see cref="FailureCode.MultipleSources"/>: the picture.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller hung up, or time ran out.</exception>
    public static async Task<Outcome<RemovalForm>> ReadAsync(HttpRequest request, BufferPool pool, IntakeOptions limits, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return new Failure(FailureCode.InvalidRequest, "The request's content type must be multipart/form-data.");
        }

        if (HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= LongestBoundary } boundary)
        {
            return new Failure(FailureCode.InvalidRequest, "The request's content type must name a boundary of 1 to 70 characters.");
        }

        // What is told beforehand is refused before the first read: a client that waits for 100 Continue then uploads nothing.
        var most = MostBytes(limits);
        if (request.ContentLength > most)
        {
            return PictureHeader.TooLarge(limits);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = most;
        }

        using var picture = new PictureBytes(pool, request.ContentLength, limits.MaxBytes);
        using var reader = new RemovalFormReader(picture, limits, most);
        try
        {
            var failure = await reader.ReadAsync(new MultipartReader(boundary.Value!, request.Body, BufferSize), cancellation);
            return failure is null ? new RemovalForm(reader.Fields, picture.Take()) : failure;
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return PictureHeader.TooLarge(limits);
        }
        catch (Exception malformed) when (malformed is IOException or InvalidDataException)
        {
            // The framework's messages name its own settings; they help nobody outside.
            return new Failure(FailureCode.InvalidRequest, "The form is malformed or cut short.");
        }
    }

    public void Dispose() => Picture.Dispose();
}
