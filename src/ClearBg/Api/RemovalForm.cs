using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Net.Http.Headers;
using FormPart = ClearBg.Api.MultipartForm.FormPart;

namespace ClearBg.Api;

/// <summary>
/// Reads the body of <c>/v1.0/removebg</c>: multipart/form-data, application/x-www-form-urlencoded or application/json, all with the same names. Only a name
/// decides what a value is.
/// </summary>
internal static class RemovalForm
{
    /// <summary>Reads a request's body to its end, or up to what refuses it.</summary>
    /// <returns>
    /// What it holds. <see cref="FailureCode.InvalidRequest"/>: no such body, malformed, cut short, too many or too long fields.
    /// <see cref="FailureCode.FileTooLarge"/>, <see cref="FailureCode.FailedToReadImage"/>: a picture. <see cref="FailureCode.MultipleSources"/>,
    /// <see cref="FailureCode.MultipleBackgroundSources"/>: two of them.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller hung up, or time ran out.</exception>
    public static Task<Outcome<FormContent>> ReadAsync(HttpRequest request, BufferPool pool, IntakeOptions limits, CancellationToken cancellation) =>
        RequestBody.ReadAsync<FormContent>(request, limits, async soon =>
        {
            var content = new FormContent(pool);
            try
            {
                if (await ReadAsync(request, pool, limits, content, soon) is { } failure)
                {
                    content.Dispose();
                    return failure;
                }

                return content;
            }
            catch
            {
                content.Dispose();
                throw;
            }
        }, cancellation);

    private static async Task<Failure?> ReadAsync(HttpRequest request, BufferPool pool, IntakeOptions limits, FormContent content, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            return Unsupported;
        }

        if (MultipartForm.IsMediaType(type))
        {
            return MultipartForm.Open(request, type, limits).Succeeded(out var form, out var failure)
                ? await form.ReadAsync(part => TakeAsync(part, pool, limits, content, cancellation), cancellation)
                : failure;
        }

        Parser? parse = type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/json" => JsonForm.Parse,
            "application/x-www-form-urlencoded" => UrlEncodedForm.Parse,
            _ => null,
        };
        if (parse is null)
        {
            return Unsupported;
        }

        if (!(await RequestBody.ReadWholeAsync(request, pool, limits, cancellation)).Succeeded(out var body, out var refusal))
        {
            return refusal;
        }

        using (body)
        {
            return parse(body.Bytes, content, limits);
        }
    }

    private static Failure Unsupported { get; } =
        new(FailureCode.InvalidRequest, "The request's content type must be multipart/form-data, application/x-www-form-urlencoded or application/json.");

    private static async Task<Failure?> TakeAsync(FormPart part, BufferPool pool, IntakeOptions limits, FormContent content, CancellationToken cancellation)
    {
        if (content.Count() is { } tooMany)
        {
            return tooMany;
        }

        Func<PixelBuffer, Failure?>? add = part.Name switch
        {
            FormContent.PictureField => content.AddPicture,
            FormContent.BackgroundField => content.AddBackground,
            FormContent.Base64Field => text => content.AddBase64(text, limits),
            _ => null,
        };
        if (add is null && part.HasFileName)
        {
            // A file under a name that nobody knows is a stray, and passed over.
            return null;
        }

        // A field is read a little further than it may go: what is longer is told from what is not by that.
        var most = add is null ? FormContent.LongestValue + 1 : string.Equals(part.Name, FormContent.Base64Field, StringComparison.Ordinal) ? RequestBody.MostBytes(limits) : limits.MaxBytes;
        using var bytes = new PictureBytes(pool, IsPicture(part.Name) ? part.FormLength : null, most);
        if (await part.ReadAsync(bytes, cancellation) is { } failure)
        {
            return add is null ? FormContent.TooLong : failure;
        }

        if (bytes.Length == 0)
        {
            return null;
        }

        using var read = add is null ? bytes.Take() : null;
        return read is null ? add!(bytes.Take()) : content.Add(part.Name, read.Bytes);
    }

    /// <summary>Of a form's bytes nearly all are the picture's, unless it holds a background too: that starts small.</summary>
    private static bool IsPicture(string name) => name is FormContent.PictureField or FormContent.Base64Field;

    private delegate Failure? Parser(Span<byte> body, FormContent content, IntakeOptions limits);
}
