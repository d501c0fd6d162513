using Microsoft.Extensions.Primitives;

namespace ClearBg.Api;

/// <summary>
/// Cross-origin requests from any page (Fetch Standard, 3.2): keys are sent in headers that pages must be given, never in cookies. The framework's own answers
/// only requests that name an origin; here every answer says the same, errors too, so that it may come out of any cache.
/// </summary>
internal static class CrossOrigin
{
    /// <summary>Seconds that a browser may remember a preflight's answer; no browser keeps it longer than a day.</summary>
    private const string MaxAge = "86400";

    private static readonly string RequestHeaders = string.Join(
        ", ", "Accept", "Content-Type", ApiKeyFilter.Header, "X-App-Key", "X-PAYMENT", "PAYMENT-SIGNATURE", "Idempotency-Key",

        // Not a header of requests, but the published x402 clients send it as one.
        "Access-Control-Expose-Headers");

    private static readonly string ResponseHeaders = string.Join(
        ", ", "ETag", "Retry-After", "Server-Timing", "X-Request-Id", "X-Type", "X-Width", "X-Height", "X-Max-Width", "X-Max-Height", "X-Credits-Charged",
        "X-Credits-Remaining", "X-Foreground-Top", "X-Foreground-Left", "X-Foreground-Width", "X-Foreground-Height", "X-RateLimit-Limit", "X-RateLimit-Remaining",
        "X-RateLimit-Reset", "PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE");

    /// <summary>Adds the headers to every answer from here on, and answers OPTIONS itself: 204, without a key.</summary>
    public static void UseCrossOrigin(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        // Late, for an exception clears what was set before it.
        context.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            headers.AccessControlAllowOrigin = "*";
            headers.AccessControlExposeHeaders = ResponseHeaders;
            return Task.CompletedTask;
        }, context);
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return next(context);
        }

        var answer = context.Response;
        answer.StatusCode = StatusCodes.Status204NoContent;
        answer.Headers.Allow = "GET, HEAD, POST, OPTIONS";
        answer.Headers.AccessControlAllowMethods = "GET, HEAD, POST, OPTIONS";
        answer.Headers.AccessControlAllowHeaders = RequestHeaders;
        answer.Headers.AccessControlMaxAge = MaxAge;
        if (!StringValues.IsNullOrEmpty(context.Request.Headers["Access-Control-Request-Private-Network"]))
        {
            answer.Headers["Access-Control-Allow-Private-Network"] = "true";
        }

        return Task.CompletedTask;
    });
}
