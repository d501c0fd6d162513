using System.Buffers;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ClearBg.Api;

/// <summary>
/// The parts of a multipart/form-data body (RFC 7578), one after another. Not the framework's form reader, which writes to the temporary folder and turns a
/// picture without a file name into text.
/// </summary>
internal sealed class MultipartForm
{
    /// <summary>RFC 2046, 5.1.1.</summary>
    private const int LongestBoundary = 70;

    /// <summary>Bytes that the boundary is searched in at once.</summary>
    private const int BufferSize = 32 * 1024;

    private readonly MultipartReader _reader;
    private readonly IntakeOptions _limits;
    private readonly long? _length;
    private long _left;

    private MultipartForm(MultipartReader reader, long? length, IntakeOptions limits) =>
        (_reader, _length, _limits, _left) = (reader, length, limits, RequestBody.MostBytes(limits));

    /// <summary>True for the media type of such a body.</summary>
    public static bool IsMediaType(MediaTypeHeaderValue type) => type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <summary>Begins to read; <see cref="FailureCode.InvalidRequest"/> without a boundary.</summary>
    public static Outcome<MultipartForm> Open(HttpRequest request, MediaTypeHeaderValue type, IntakeOptions limits) =>
        HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= LongestBoundary } boundary
            ? new MultipartForm(new MultipartReader(boundary.Value!, request.Body, BufferSize), request.ContentLength, limits)
            : new Failure(FailureCode.InvalidRequest, "The request's content type must name a boundary of 1 to 70 characters.");

    /// <summary>Goes through all parts, up to the first refusal.</summary>
    /// <param name="take">Gets each part, and reads as much of it as it wants.</param>
    /// <param name="cancellation">The request's end.</param>
    /// <exception cref="IOException">The body is cut short; or, as <see cref="BadHttpRequestException"/>, the server refused it.</exception>
    /// <exception cref="InvalidDataException">The body is no form.</exception>
    public async Task<Failure?> ReadAsync(Func<FormPart, Task<Failure?>> take, CancellationToken cancellation)
    {
        while (await _reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                || HeaderUtilities.RemoveQuotes(disposition.Name) is not { Length: > 0 } name)
            {
                return new Failure(FailureCode.InvalidRequest, "A part of the form has no name.");
            }

            // Not by the properties: FileNameStar throws for "filename*" without a value.
            var hasFileName = disposition.Parameters.Any(static parameter =>
                parameter.Name.Equals("filename", StringComparison.OrdinalIgnoreCase) || parameter.Name.Equals("filename*", StringComparison.OrdinalIgnoreCase));
            var part = new FormPart(this, name.ToString(), section.ContentType, hasFileName, section.Body);
            if (await take(part) is { } failure || (failure = await part.SkipAsync(cancellation)) is not null)
            {
                return failure;
            }
        }

        return null;
    }

    /// <summary>Counts what came against what all parts may hold: without Content-Length nothing else bounds it.</summary>
    private bool TrySpend(int bytes) => (_left -= bytes) >= 0;

    /// <summary>One part. File names, types and charsets are whatever a client's library writes.</summary>
    /// <param name="form">The form.</param>
    /// <param name="name">Not empty.</param>
    /// <param name="type">As sent, or null.</param>
    /// <param name="hasFileName">It came as a file.</param>
    /// <param name="body">What has not been read yet.</param>
    internal sealed class FormPart(MultipartForm form, string name, string? type, bool hasFileName, Stream body)
    {
        public string Name => name;

        public string? Type => type;

        public bool HasFileName => hasFileName;

        /// <summary>Bytes of the whole form, where that was announced: a first guess at a picture's.</summary>
        public long? FormLength => form._length;

        /// <summary>Appends the part to <paramref name="bytes"/>; <see cref="FailureCode.FileTooLarge"/> when they get too many.</summary>
        public Task<Failure?> ReadAsync(PictureBytes bytes, CancellationToken cancellation) =>
            EachChunkAsync(chunk => bytes.TryAppend(chunk.Span) ? null : PictureHeader.TooLarge(form._limits), cancellation);

        /// <summary>Reads what is left, and forgets it.</summary>
        public Task<Failure?> SkipAsync(CancellationToken cancellation) => EachChunkAsync(static _ => null, cancellation);

        private async Task<Failure?> EachChunkAsync(Func<ReadOnlyMemory<byte>, Failure?> take, CancellationToken cancellation)
        {
            var chunk = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                int read;
                while ((read = await body.ReadAsync(chunk, cancellation)) > 0)
                {
                    if (!form.TrySpend(read))
                    {
                        return PictureHeader.TooLarge(form._limits);
                    }

                    if (take(chunk.AsMemory(0, read)) is { } failure)
                    {
                        return failure;
                    }
                }

                return null;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(chunk);
            }
        }
    }
}
