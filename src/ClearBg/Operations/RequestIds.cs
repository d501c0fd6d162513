namespace ClearBg.Operations;

/// <summary>Names every request in its answer, by the name that the log has for it.</summary>
internal static class RequestIds
{
    public static void UseRequestIds(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        // Late, for an exception clears what was set before it.
        context.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            http.Response.Headers["X-Request-Id"] = http.TraceIdentifier;
            return Task.CompletedTask;
        }, context);
        return next(context);
    });
}
