using System.Diagnostics.CodeAnalysis;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using FormPart = ClearBg.Api.MultipartForm.FormPart;

namespace ClearBg.Api;

/// <summary>The picture in a request to the paid API: the body itself, or one file of a multipart form, under either name that such forms use.</summary>
internal sealed class PaymentBody(BufferPool pool, IOptions<IntakeOptions> intake)
{
    /// <summary>Bytes of a form around its picture.</summary>
    private const int Overhead = 1 << 20;

    private static readonly string[] Fields = [FormContent.PictureField, "image"];

    /// <summary>The media types of bodies that are pictures.</summary>
    public static IReadOnlyList<string> MediaTypes { get; } = ["image/png", "image/jpeg", "image/jpg", "image/webp"];

    /// <summary>True with the request's media type, where that is one that is taken.</summary>
    public static bool TryReadType(HttpRequest request, [NotNullWhen(true)] out MediaTypeHeaderValue? type) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out type) && (MultipartForm.IsMediaType(type) || FormatOf(type) is not null);

    /// <summary>The longest body of a type.</summary>
    public static long MostBytes(MediaTypeHeaderValue type, IntakeOptions limits) => limits.MaxBytes + (MultipartForm.IsMediaType(type) ? Overhead : 0L);

    /// <summary>Reads the picture, at least one byte of any content, which is the caller's to dispose.</summary>
    public Task<Outcome<PixelBuffer>> ReadAsync(HttpRequest request, CancellationToken cancellation) => RequestBody.ReadAsync(
        request, intake.Value, soon => TryReadType(request, out var type) && FormatOf(type) is { } format ? ReadRawAsync(request, format, soon) : ReadFormAsync(request, type, soon), cancellation);

    private async Task<Outcome<PixelBuffer>> ReadRawAsync(HttpRequest request, PictureFormat announced, CancellationToken cancellation)
    {
        using var bytes = new PictureBytes(pool, request.ContentLength, intake.Value.MaxBytes);
        if (!await bytes.TryAppendAsync(request.Body, cancellation))
        {
            return PictureHeader.TooLarge(intake.Value);
        }

        if (bytes.Length == 0)
        {
            return new Failure(FailureCode.MissingSource, "The body is empty.");
        }

        var picture = bytes.Take();
        if (PictureHeader.Read(picture.Bytes, intake.Value).Succeeded(out var header, out _) && header.Format != announced)
        {
            picture.Dispose();
            return new Failure(FailureCode.InvalidFileType, "The body is a picture of another type than its Content-Type says.");
        }

        return picture;
    }

    private async Task<Outcome<PixelBuffer>> ReadFormAsync(HttpRequest request, MediaTypeHeaderValue? type, CancellationToken cancellation)
    {
        using var content = new FormContent(pool);
        var failure = MultipartForm.Open(request, type!, intake.Value).Succeeded(out var form, out var unread)
            ? await form.ReadAsync(part => TakeAsync(part, content, cancellation), cancellation)
            : unread;
        return failure is not null ? failure
            : content.Picture is null ? new Failure(FailureCode.MissingSource, $"The form has no file under {string.Join(" or ", Fields)}.")
            : content.TakePicture();
    }

    private async Task<Failure?> TakeAsync(FormPart part, FormContent content, CancellationToken cancellation)
    {
        if (content.Count() is { } tooMany)
        {
            return tooMany;
        }

        if (!Fields.Contains(part.Name, StringComparer.Ordinal))
        {
            return null;
        }

        using var bytes = new PictureBytes(pool, content.Picture is null ? part.FormLength : null, intake.Value.MaxBytes);
        return await part.ReadAsync(bytes, cancellation) is { } failure ? failure
            : bytes.Length > 0 ? content.AddPicture(bytes.Take())
            : null;
    }

    /// <summary>image/jpg is no registered type, but many programs' name for JPEG.</summary>
    private static PictureFormat? FormatOf(MediaTypeHeaderValue type) => type.MediaType.Value?.ToLowerInvariant() switch
    {
        "image/png" => PictureFormat.Png,
        "image/jpeg" or "image/jpg" => PictureFormat.Jpeg,
        "image/webp" => PictureFormat.WebP,
        _ => null,
    };
}
