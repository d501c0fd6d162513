using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>A finished cut-out as the Monitor API answers it: PNG with alpha.</summary>
internal sealed class MonitorPicture(RemovalResult result) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (result)
        {
            var response = httpContext.Response;
            response.ContentType = result.ContentType;
            response.ContentLength = result.Content.Length;
            response.Headers["Server-Timing"] = result.Stages.ToString();
            await result.Content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }
}
