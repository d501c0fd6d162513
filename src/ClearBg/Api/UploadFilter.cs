using ClearBg.Admission;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>Lets a request on when there is room for its body, and keeps its place until its answer is sent or its client is gone. Runs before the body is read.</summary>
internal sealed class UploadFilter(UploadGate gate, IOptions<IntakeOptions> intake) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var most = RequestBody.MostBytes(intake.Value);
        var bytes = http.Request.ContentLength ?? most;
        if (bytes > most)
        {
            // Refused for that before it is read, and in no need of a place.
            return await next(context);
        }

        var place = await gate.EnterAsync(bytes, http.RequestAborted);
        if (!place.IsAcquired)
        {
            return Surfaces.Fail(http, new Failure(FailureCode.Overloaded, RetryAfterSeconds: place.RetryAfterSeconds));
        }

        http.Response.RegisterForDispose(place);
        http.Features.Set(place);
        return await next(context);
    }
}
