using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>
/// A failure as the Monitor API answers it: a problem (RFC 9457) whose member <c>error</c> is the code for programs. Codes and titles are those of
/// <see cref="RemoveBgErrors"/>; the statuses differ.
/// </summary>
internal sealed class MonitorFailure(Failure failure) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var wire = RemoveBgErrors.Table[failure.Code];
        var status = StatusOf(failure.Code);
        var detail = string.IsNullOrWhiteSpace(failure.Detail) ? null : failure.Detail;
        var body = JsonSerializer.SerializeToUtf8Bytes(new MonitorProblem("about:blank", wire.Title, status, detail, wire.Code), MonitorJson.Default.MonitorProblem);

        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.ContentLength = body.Length;
        if (failure.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    /// <summary>The status of a failure on this surface: without credits 403, what went wrong at the work 502.</summary>
    public static int StatusOf(FailureCode code) => code switch
    {
        FailureCode.InsufficientCredits => StatusCodes.Status403Forbidden,
        FailureCode.Internal => StatusCodes.Status502BadGateway,
        _ => RemoveBgErrors.Table[code].Status,
    };
}

/// <summary>Members of RFC 9457, 3.1, and one of ours.</summary>
internal sealed record MonitorProblem(string Type, string Title, int Status, string? Detail, string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MonitorProblem))]
internal sealed partial class MonitorJson : JsonSerializerContext;
