using System.Globalization;
using ClearBg.Credits;
using ClearBg.Jobs;
using ClearBg.Storage;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>
/// The megapixels that a key may send in a minute, counted from its first request (as remove.bg's are). What a picture counts for is known only from its header,
/// so a request goes through this filter as long as anything is left, and is counted by <see cref="CountAsync"/>.
/// </summary>
internal sealed class RateFilter(RateWindows windows, IOptions<ApiOptions> options, TimeProvider time) : IEndpointFilter
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var now = time.GetUtcNow();
        var window = await windows.LookAsync(Subject(Caller.Of(http).Key), options.Value.MegapixelsPerMinute, now + Window, http.RequestAborted);
        return Say(http, window).Remaining > 0 ? await next(context) : Surfaces.Fail(http, Exhausted(window, now));
    }

    /// <summary>Counts a picture; the refusal where it would pass the limit. Pictures that come to nothing count as well: they were worked on.</summary>
    /// <param name="http">The request.</param>
    /// <param name="subject">Whose.</param>
    /// <param name="pixels">Of the picture as it was sent.</param>
    public async Task<Failure?> CountAsync(HttpContext http, string subject, long pixels)
    {
        var now = time.GetUtcNow();
        var weight = Math.Max(1, (pixels + 999_999) / 1_000_000);
        var window = await windows.TakeAsync(subject, weight, options.Value.MegapixelsPerMinute, now + Window, http.RequestAborted);
        return Say(http, window).IsTaken ? null : Exhausted(window, now);
    }

    /// <summary>A key's window.</summary>
    public static string Subject(ApiKey key) => $"key:{key.Id}";

    private static RateWindow Say(HttpContext http, RateWindow window)
    {
        var headers = http.Response.Headers;
        headers["X-RateLimit-Limit"] = window.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = window.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = window.EndsAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return window;
    }

    private static Failure Exhausted(RateWindow window, DateTimeOffset now) => new(
        FailureCode.RateLimited,
        string.Create(CultureInfo.InvariantCulture, $"{window.Used} of {window.Limit} megapixels of this minute are used."),
        window.RetryAfterSeconds(now));
}
