using ClearBg.Jobs;
using Microsoft.AspNetCore.Diagnostics;

namespace ClearBg.Api;

/// <summary>An exception is a bug or broken infrastructure: the log gets all of it, the caller an <see cref="FailureCode.Internal"/> in the surface's shape.</summary>
internal sealed class UnhandledFailures : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        await Surfaces.Fail(httpContext, new Failure(FailureCode.Internal)).ExecuteAsync(httpContext);
        return true;
    }
}
