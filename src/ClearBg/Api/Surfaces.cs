using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>Which API a path belongs to: each says failures in a shape of its own.</summary>
internal static class Surfaces
{
    private static readonly PathString Monitor = "/api/v1";

    private static readonly PathString Paid = "/v1";

    /// <summary>The failure as the request's API answers it.</summary>
    public static IResult Fail(HttpContext context, Failure failure) =>
        context.Request.Path.StartsWithSegments(Monitor, StringComparison.OrdinalIgnoreCase) ? new MonitorFailure(failure)
        : context.Request.Path.StartsWithSegments(Paid, StringComparison.OrdinalIgnoreCase) ? new PaymentFailure(failure)
        : new RemoveBgFailure(failure);

    /// <summary>Gives what routing alone answers, without a body, its API's shape: paths that lead nowhere, and methods that a path doesn't have.</summary>
    public static void UseSurfaceFailures(this IApplicationBuilder app) => app.UseStatusCodePages(static page =>
    {
        var http = page.HttpContext;
        FailureCode? code = http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => FailureCode.NotFound,
            StatusCodes.Status405MethodNotAllowed => FailureCode.MethodNotAllowed,
            _ => null,
        };
        return code is { } known ? Fail(http, new Failure(known)).ExecuteAsync(http) : Task.CompletedTask;
    });
}
