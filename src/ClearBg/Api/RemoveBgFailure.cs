using System.Globalization;
using System.Text.Json;
using ClearBg.Credits;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>A failure as <c>/v1.0/removebg</c> answers it: always JSON, whatever the request accepts, and never chunked.</summary>
/// <param name="failure">The failure.</param>
/// <param name="profile">remove.bg says 403 where ClearBG says 401.</param>
internal sealed class RemoveBgFailure(Failure failure, ApiProfile profile = ApiProfile.ClearBg) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var wire = RemoveBgErrors.Table[failure.Code];
        var detail = string.IsNullOrWhiteSpace(failure.Detail) ? null : failure.Detail;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new RemoveBgErrorBody([new RemoveBgError(wire.Title, wire.Code, detail)]), RemoveBgJson.Default.RemoveBgErrorBody);

        var response = httpContext.Response;
        response.StatusCode = failure.Code == FailureCode.Unauthorized && profile == ApiProfile.RemoveBg ? StatusCodes.Status403Forbidden : wire.Status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        if (failure.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
