using ClearBg.Credits;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>Lets a request on when its <c>X-Api-Key</c> is a key of this installation. Runs before the body is read.</summary>
internal sealed class ApiKeyFilter(ApiKeys keys) : IEndpointFilter
{
    public const string Header = "X-Api-Key";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        return request.Headers[Header] is [var presented] && await keys.VerifyAsync(presented, context.HttpContext.RequestAborted) is not null
            ? await next(context)
            : new RemoveBgFailure(new Failure(FailureCode.Unauthorized));
    }
}
