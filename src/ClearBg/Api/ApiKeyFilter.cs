using ClearBg.Credits;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>
/// Lets a request to <c>/v1.0</c> on when its <c>X-Api-Key</c> is a key of this installation, bound to no application. Runs before the body is read.
/// </summary>
internal sealed class ApiKeyFilter(ApiKeys keys, IOptions<ApiOptions> options) : IEndpointFilter
{
    public const string Header = "X-Api-Key";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Request.Headers[Header] is [var presented] && await keys.VerifyAsync(presented, http.RequestAborted) is { ApplicationId: null } key)
        {
            http.Features.Set(new Caller(key, key.Profile ?? options.Value.Profile));
            return await next(context);
        }

        // There is no key whose profile could be asked for.
        return new RemoveBgFailure(new Failure(FailureCode.Unauthorized), options.Value.Profile);
    }
}
