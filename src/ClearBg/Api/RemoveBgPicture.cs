using System.Globalization;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>A finished cut-out as an answer: the bytes, and what remove.bg's clients read from headers.</summary>
internal sealed class RemoveBgPicture(RemovalResult result) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (result)
        {
            var response = httpContext.Response;
            response.ContentType = result.ContentType;
            response.ContentLength = result.Content.Length;

            // No type detection yet, so the honest one of remove.bg's values.
            response.Headers["X-Type"] = "other";
            response.Headers["X-Width"] = Number(result.Width);
            response.Headers["X-Height"] = Number(result.Height);
            response.Headers["X-Foreground-Top"] = Number(result.Foreground.Top);
            response.Headers["X-Foreground-Left"] = Number(result.Foreground.Left);
            response.Headers["X-Foreground-Width"] = Number(result.Foreground.Width);
            response.Headers["X-Foreground-Height"] = Number(result.Foreground.Height);
            response.Headers["Server-Timing"] = result.Stages.ToString();
            await result.Content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
