using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ClearBg.Credits;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>
/// A finished cut-out as an answer: its bytes, or JSON with them in base64 where that alone is accepted; and what remove.bg's clients read from headers.
/// </summary>
/// <param name="paid">The cut-out.</param>
/// <param name="options">As they were asked for.</param>
/// <param name="profile">Only ClearBG says what remains.</param>
internal sealed class RemoveBgPicture(ChargedPicture paid, RemovalOptions options, ApiProfile profile) : IResult
{
    /// <summary>A multiple of three, so that no part but the last one is padded.</summary>
    private const int ChunkSize = 48 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (paid)
        {
            var (response, result) = (httpContext.Response, paid.Result);
            var isJson = AcceptsJsonAlone(httpContext.Request);
            WriteHeaders(response.Headers, result);

            // A strong validator, so never the same for two representations (RFC 9110, 8.8.1).
            response.Headers.ETag = isJson ? $"\"{paid.Tag}-json\"" : $"\"{paid.Tag}\"";
            response.Headers.Vary = "Accept";
            if (isJson)
            {
                await WriteJsonAsync(response, result, httpContext.RequestAborted);
                return;
            }

            response.ContentType = result.ContentType;
            response.ContentLength = result.Content.Length;
            await result.Content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }

    /// <summary>
    /// Only where JSON is the one media type named. Libraries that send <c>application/json, text/plain, */*</c> with everything expect the picture's bytes.
    /// </summary>
    private static bool AcceptsJsonAlone(HttpRequest request) =>
        request.GetTypedHeaders().Accept is [var only] && only.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private void WriteHeaders(IHeaderDictionary headers, RemovalResult result)
    {
        if (options.TypeLevel != TypeLevel.None)
        {
            // Nothing detects it, so it is what the caller says, or the honest one of remove.bg's values.
            headers["X-Type"] = (options.Type == SubjectType.Auto ? SubjectType.Other : options.Type).ToString().ToLowerInvariant();
        }

        headers["X-Width"] = Number(result.Width);
        headers["X-Height"] = Number(result.Height);
        headers["X-Max-Width"] = Number(paid.Most.Width);
        headers["X-Max-Height"] = Number(paid.Most.Height);
        headers["X-Foreground-Top"] = Number(result.Foreground.Top);
        headers["X-Foreground-Left"] = Number(result.Foreground.Left);
        headers["X-Foreground-Width"] = Number(result.Foreground.Width);
        headers["X-Foreground-Height"] = Number(result.Foreground.Height);
        headers["X-Credits-Charged"] = paid.Charged.ToString();
        if (profile == ApiProfile.ClearBg)
        {
            headers["X-Credits-Remaining"] = paid.Remaining.ToString();
        }

        headers["Server-Timing"] = result.Stages.ToString();
    }

    private static async Task WriteJsonAsync(HttpResponse response, RemovalResult result, CancellationToken cancellation)
    {
        const string start = "{\"data\":{\"result_b64\":\"";
        var box = result.Foreground;
        var end = string.Create(
            CultureInfo.InvariantCulture,
            $"\",\"foreground_top\":{box.Top},\"foreground_left\":{box.Left},\"foreground_width\":{box.Width},\"foreground_height\":{box.Height}}}}}");
        response.ContentType = "application/json";
        response.ContentLength = start.Length + Base64.GetMaxEncodedToUtf8Length(checked((int)result.Content.Length)) + end.Length;
        await response.WriteAsync(start, Encoding.ASCII, cancellation);

        var (bytes, text) = (ArrayPool<byte>.Shared.Rent(ChunkSize), ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(ChunkSize)));
        try
        {
            int read;
            while ((read = await result.Content.ReadAtLeastAsync(bytes.AsMemory(0, ChunkSize), ChunkSize, throwOnEndOfStream: false, cancellation)) > 0)
            {
                Base64.EncodeToUtf8(bytes.AsSpan(0, read), text, out _, out var written);
                await response.Body.WriteAsync(text.AsMemory(0, written), cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<byte>.Shared.Return(text);
        }

        await response.WriteAsync(end, Encoding.ASCII, cancellation);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
