using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using ClearBg.Imaging;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Intake;

/// <summary>
/// Fetches a picture from a caller's URL without letting the caller reach what only this machine can reach (server-side request forgery, CWE-918).
/// <code>
///  1 the URL's text      PictureUrl: http(s), no user name, length
///  2 the host            HostGuard: resolved once, every address judged; port 80 or 443
///  3 the request         FetchHandler: a connection of its own to just these addresses
///  4 a redirect          back to 1, at most 3 times
///  5 the body            counted while it comes, in pooled memory; never inflated
/// </code>
/// One deadline holds for all of it. Why a URL could not be had is in the log; the answer is the same sentence for hosts that are blocked, unknown, silent or
/// refusing, so that nobody can map a network with it. How long the answer took still differs: a blocked host is refused at once, but so is an unknown one, and
/// nothing behind a blocked address was asked.
/// </summary>
internal sealed partial class PictureDownload(
    BufferPool pool, HostGuard guard, IOptions<IntakeOptions> intake, IOptions<FetchOptions> fetch, TimeProvider time, ILogger<PictureDownload> log)
{
    private const int MostRedirects = 3;

    /// <summary>Fetches a picture's bytes; whether they are one is not looked at.</summary>
    /// <param name="url">As sent.</param>
    /// <param name="field">Where it was sent.</param>
    /// <param name="cancellation">Stops it: an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// At least one byte, the caller's to dispose; or <see cref="UrlField.Malformed"/>, <see cref="UrlField.Failed"/> or <see cref="FailureCode.FileTooLarge"/>.
    /// </returns>
    public async Task<Outcome<PixelBuffer>> FetchAsync(string url, UrlField field, CancellationToken cancellation)
    {
        if (PictureUrl.Parse(url) is not { } target)
        {
            return Malformed(field);
        }

        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(fetch.Value.Seconds), time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        for (var redirects = 0; ; redirects++)
        {
            Outcome<Answer> outcome;
            try
            {
                outcome = await GetAsync(target, field, redirects, stop.Token);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                cancellation.ThrowIfCancellationRequested();
                return Unavailable(field, target, Reason(exception));
            }

            if (!outcome.Succeeded(out var answer, out var failure))
            {
                return failure;
            }

            if (answer.Picture is { } picture)
            {
                return picture;
            }

            target = answer.Next!;
        }
    }

    /// <summary>One request, and what came of it.</summary>
    private async Task<Outcome<Answer>> GetAsync(Uri url, UrlField field, int redirects, CancellationToken stop)
    {
        var host = await guard.JudgeAsync(url, stop);

        // Before anything else about the host: on other ports the answer must not tell hosts that exist from those that don't.
        if (url.Port is not (80 or 443) && !host.IsAllowed)
        {
            return redirects == 0 ? Malformed(field) : Unavailable(field, url, "a redirect leads to another port than 80 and 443");
        }

        if (host.Refusal is { } refusal)
        {
            return Unavailable(field, url, refusal);
        }

        using var client = new HttpMessageInvoker(FetchHandler.Create(host.Addresses, TimeSpan.FromSeconds(fetch.Value.Seconds), time));
        using var request = Request(url);
        using var response = await client.SendAsync(request, stop);
        if (response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            && response.Headers.Location is { } location)
        {
            return redirects == MostRedirects ? Failed(field, url, string.Create(CultureInfo.InvariantCulture, $"The URL leads through more than {MostRedirects} redirects."))
                : PictureUrl.Follow(url, location) is { } next ? new Answer(null, next)
                : Unavailable(field, url, "a redirect leads to no URL that is fetched");
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return Failed(field, url, string.Create(CultureInfo.InvariantCulture, $"HTTP Status {(int)response.StatusCode}"));
        }

        // It was asked for as it is. Nothing here inflates, so that nothing small can become large.
        if (response.Content.Headers.ContentEncoding.Any(static coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            return Failed(field, url, "The server sent the file with a Content-Encoding.");
        }

        return await ReadAsync(url, field, response.Content, stop);
    }

    private static HttpRequestMessage Request(Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.ConnectionClose = true;
        request.Headers.Add("User-Agent", "ClearBg");
        request.Headers.Add("Accept-Encoding", "identity");
        return request;
    }

    private async Task<Outcome<Answer>> ReadAsync(Uri url, UrlField field, HttpContent content, CancellationToken stop)
    {
        var announced = content.Headers.ContentLength;
        if (announced > intake.Value.MaxBytes)
        {
            return PictureHeader.TooLarge(intake.Value);
        }

        using var bytes = new PictureBytes(pool, announced, intake.Value.MaxBytes);
        await using var body = await content.ReadAsStreamAsync(stop);
        return !await bytes.TryAppendAsync(body, stop) ? PictureHeader.TooLarge(intake.Value)
            : bytes.Length == 0 ? Failed(field, url, "The file is empty.")
            : new Answer(bytes.Take(), null);
    }

    private static Failure Malformed(UrlField field) => new(
        field.Malformed,
        string.Create(CultureInfo.InvariantCulture, $"{field.Name} must be an http or https URL on port 80 or 443, without user name, of at most {PictureUrl.MostCharacters:N0} characters."));

    /// <summary>A refusal that the host itself caused by what it answered.</summary>
    private Failure Failed(UrlField field, Uri url, string detail)
    {
        LogFailed(url.IdnHost, detail);
        return new(field.Failed, detail);
    }

    /// <summary>A refusal that could tell something about a network.</summary>
    private Failure Unavailable(UrlField field, Uri url, string reason)
    {
        LogFailed(url.IdnHost, reason);
        return new(field.Failed, "The URL could not be reached.");
    }

    /// <summary>For the log. Names rather than messages: some of these quote what the other side sent.</summary>
    private static string Reason(Exception exception) => (exception, exception.GetBaseException()) switch
    {
        (OperationCanceledException, _) => "it took too long",
        (_, SocketException socket) => socket.SocketErrorCode.ToString(),
        (_, AuthenticationException tls) => tls.Message,
        (HttpRequestException http, _) => http.HttpRequestError.ToString(),
        (HttpIOException http, _) => http.HttpRequestError.ToString(),
        _ => exception.GetType().Name,
    };

    /// <param name="host">In ASCII, from the URL; the rest of a URL may hold secrets.</param>
    /// <param name="reason">The real one.</param>
    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "A picture could not be fetched from {Host}: {Reason}")]
    private partial void LogFailed(string host, string reason);

    /// <summary>A picture, or where to look next.</summary>
    private sealed record Answer(PixelBuffer? Picture, Uri? Next);
}
