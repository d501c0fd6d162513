using System.Text;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using FormPart = ClearBg.Api.MultipartForm.FormPart;

namespace ClearBg.Api;

/// <summary>
/// The picture in a request to the Monitor API: the one field <c>image</c> of a multipart form, which is a file when its part has a file name or an image's type,
/// else text: an http(s) URL, a data URL, or base64. Fields under other names are ignored, and empty ones count as absent.
/// </summary>
internal sealed class MonitorRequest(FetchedPicture fetched, BufferPool pool, TimeProvider time, IOptions<IntakeOptions> intake)
{
    private const string Field = "image";

    /// <summary>Characters of a URL that is looked at at all; how long one may be is said by whoever fetches it.</summary>
    private const int LongestUrl = 8192;

    private static readonly UrlField Url = new(Field, FailureCode.InvalidImageUrl, FailureCode.FailedImageDownload);

    /// <summary>Not auto: its previews are another API's matter, and of PNG this is the largest too.</summary>
    private static readonly RemovalOptions Options = new() { Size = SizeTier.FiftyMegapixels };

    /// <summary>Reads the picture, at least one byte of any content, which is the caller's to dispose.</summary>
    public async Task<Outcome<RemovalJob>> ReadAsync(HttpContext http, CancellationToken cancellation)
    {
        using var content = new FormContent(pool);
        if (!(await RequestBody.ReadAsync(http.Request, intake.Value, soon => ReadFormAsync(http.Request, content, soon), cancellation)).Succeeded(out var url, out var failure))
        {
            return failure;
        }

        return (content.Picture, url) switch
        {
            (null, "") => new Failure(FailureCode.MissingSource, $"The form has no {Field}, or an empty one."),
            (null, _) => await FetchAsync(http, url, cancellation),
            (_, "") => new RemovalJob(content.TakePicture(), Options),
            _ => new Failure(FailureCode.MultipleSources, $"The form has more than one {Field}."),
        };
    }

    private async Task<Outcome<RemovalJob>> FetchAsync(HttpContext http, string url, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        return await fetched.EnterAsync(http, 1, held: 0) is { } full ? full
            : (await fetched.ReadAsync(url, Url, cancellation)).Succeeded(out var picture, out var failure) ? new RemovalJob(picture, Options, Fetched: time.GetElapsedTime(began))
            : failure;
    }

    /// <summary>Gives the URL, or nothing where none was sent; any other picture goes to <paramref name="content"/>.</summary>
    private async Task<Outcome<string>> ReadFormAsync(HttpRequest request, FormContent content, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !MultipartForm.IsMediaType(type))
        {
            return new Failure(FailureCode.InvalidRequest, "The request's content type must be multipart/form-data.");
        }

        var url = "";
        if (MultipartForm.Open(request, type, intake.Value).Succeeded(out var form, out var failure))
        {
            failure = await form.ReadAsync(TakeAsync, cancellation);
        }

        return failure is null ? url : failure;

        async Task<Failure?> TakeAsync(FormPart part)
        {
            if (content.Count() is { } tooMany)
            {
                return tooMany;
            }

            if (!string.Equals(part.Name, Field, StringComparison.Ordinal))
            {
                return null;
            }

            var isFile = part.HasFileName || part.Type?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true;
            using var bytes = new PictureBytes(pool, content.Picture is null && url.Length == 0 ? part.FormLength : null, isFile ? intake.Value.MaxBytes : RequestBody.MostBytes(intake.Value));
            if (await part.ReadAsync(bytes, cancellation) is { } unread)
            {
                return unread;
            }

            if (bytes.Length == 0)
            {
                return null;
            }

            var sent = bytes.Take();
            if (isFile)
            {
                return content.AddPicture(sent);
            }

            if (!IsUrl(sent.Bytes))
            {
                return content.AddBase64(sent, intake.Value, Field);
            }

            using (sent)
            {
                if (url.Length > 0)
                {
                    return new Failure(FailureCode.MultipleSources);
                }

                url = Encoding.UTF8.GetString(sent.Bytes[..Math.Min(sent.Bytes.Length, LongestUrl)]).Trim();
                return null;
            }
        }
    }

    private static bool IsUrl(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\r\n"u8);
        return StartsWith(text, "http://"u8) || StartsWith(text, "https://"u8);

        static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> scheme) => text.Length >= scheme.Length && Ascii.EqualsIgnoreCase(text[..scheme.Length], scheme);
    }
}
