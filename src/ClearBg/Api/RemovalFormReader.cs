using System.Buffers;
using System.Globalization;
using System.Text;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ClearBg.Api;

/// <summary>
/// Goes through the parts of a form. Only a part's name decides what it is: file names, types and charsets are whatever a client's library writes.
/// </summary>
/// <param name="picture">Gets the bytes of image_file.</param>
/// <param name="limits">For the sentence of a refusal.</param>
/// <param name="most">Bytes of all parts together.</param>
internal sealed class RemovalFormReader(PictureBytes picture, IntakeOptions limits, long most) : IDisposable
{
    private const string PictureField = "image_file";
    private const int MostParts = 100;
    private const int LongestValue = 64 * 1024;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly byte[] _chunk = ArrayPool<byte>.Shared.Rent(LongestValue + 1);
    private long _left = most;

    public IReadOnlyDictionary<string, string> Fields => _fields;

    /// <summary>Reads every part. Null when all is well and a picture came.</summary>
    /// <exception cref="IOException">The body is cut short; or, as <see cref="BadHttpRequestException"/>, the server refused it.</exception>
    /// <exception cref="InvalidDataException">The body is no form.</exception>
    public async Task<Failure?> ReadAsync(MultipartReader parts, CancellationToken cancellation)
    {
        for (var count = 1; await parts.ReadNextSectionAsync(cancellation) is { } part; count++)
        {
            if (count > MostParts)
            {
                return new Failure(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"The form has more than {MostParts} parts."));
            }

            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
                || HeaderUtilities.RemoveQuotes(disposition.Name) is not { Length: > 0 } name)
            {
                return new Failure(FailureCode.InvalidRequest, "A part of the form has no name.");
            }

            var failure = name.Equals(PictureField, StringComparison.Ordinal)
                ? await ReadPictureAsync(part.Body, cancellation)
                : await ReadFieldAsync(name.ToString(), part.Body, IsFile(disposition), cancellation);
            if (failure is not null)
            {
                return failure;
            }
        }

        return picture.Length == 0 ? new Failure(FailureCode.MissingSource, $"The form has no {PictureField}, or an empty one.") : null;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_chunk);

    private async Task<Failure?> ReadPictureAsync(Stream body, CancellationToken cancellation)
    {
        var another = picture.Length > 0;
        int read;
        while ((read = await body.ReadAsync(_chunk, cancellation)) > 0)
        {
            // Browsers send an empty part for a file input that was left alone: only bytes make a picture.
            if (another)
            {
                return new Failure(FailureCode.MultipleSources, $"The form has more than one {PictureField}.");
            }

            if (!picture.TryAppend(_chunk.AsSpan(0, read)) || !TrySpend(read))
            {
                return PictureHeader.TooLarge(limits);
            }
        }

        return null;
    }

    private async Task<Failure?> ReadFieldAsync(string name, Stream body, bool isFile, CancellationToken cancellation)
    {
        var length = await body.ReadAtLeastAsync(_chunk.AsMemory(0, LongestValue + 1), LongestValue + 1, throwOnEndOfStream: false, cancellation);
        if (!TrySpend(length))
        {
            return PictureHeader.TooLarge(limits);
        }

        if (length > LongestValue)
        {
            // A file under a name that nobody knows is a stray, and passed over; the same much text is somebody's mistake.
            return isFile
                ? await SkipAsync(body, cancellation)
                : new Failure(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"A field of the form is longer than {LongestValue:N0} bytes."));
        }

        var value = Encoding.UTF8.GetString(_chunk, 0, length);
        if (!string.IsNullOrWhiteSpace(value))
        {
            _fields[name] = value;
        }

        return null;
    }

    private async Task<Failure?> SkipAsync(Stream body, CancellationToken cancellation)
    {
        int read;
        while ((read = await body.ReadAsync(_chunk, cancellation)) > 0)
        {
            if (!TrySpend(read))
            {
                return PictureHeader.TooLarge(limits);
            }
        }

        return null;
    }

    /// <summary>Counts what came against what all parts may hold: without Content-Length nothing else bounds it.</summary>
    private bool TrySpend(int bytes) => (_left -= bytes) >= 0;

    private static bool IsFile(ContentDispositionHeaderValue disposition) => disposition.FileName.HasValue || disposition.FileNameStar.HasValue;
}
