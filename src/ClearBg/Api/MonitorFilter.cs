using ClearBg.Credits;
using ClearBg.Jobs;
using Microsoft.Extensions.Primitives;

namespace ClearBg.Api;

/// <summary>
/// Everything that the Monitor API refuses by a request's headers, in its documented order: no application key 400, an unknown one 404, a disabled application 503,
/// a bad user key 401, no credits 403, or without a user key the day's allowance 429. Runs before the body is read.
/// </summary>
internal sealed class MonitorFilter(Applications applications, ApiKeys keys, CreditLedger ledger, MonitorAllowance allowance) : IEndpointFilter
{
    public const string Header = "X-App-Key";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!(await IdentifyAsync(http)).Succeeded(out var user, out var failure))
        {
            return new MonitorFailure(failure);
        }

        http.Features.Set(user);
        return await next(context);
    }

    private async Task<Outcome<MonitorUser>> IdentifyAsync(HttpContext http)
    {
        var (headers, cancellation) = (http.Request.Headers, http.RequestAborted);
        if (StringValues.IsNullOrEmpty(headers[Header]))
        {
            return new Failure(FailureCode.MissingApplicationKey);
        }

        if (headers[Header] is not [var presented] || await applications.VerifyAsync(presented, cancellation) is not { } application)
        {
            return new Failure(FailureCode.UnknownApplication);
        }

        if (!application.IsEnabled)
        {
            return new Failure(FailureCode.ApplicationDisabled);
        }

        // An empty header is what a program sends whose user has no key.
        if (StringValues.IsNullOrEmpty(headers[ApiKeyFilter.Header]))
        {
            var user = new MonitorUser(application, null);
            return await allowance.LookAsync(user, ClientAddress.Of(http), cancellation) is { } exhausted ? exhausted : user;
        }

        if (headers[ApiKeyFilter.Header] is not [var userKey]
            || await keys.VerifyAsync(userKey, cancellation) is not { } key
            || !string.Equals(key.ApplicationId, application.Id, StringComparison.Ordinal))
        {
            return new Failure(FailureCode.Unauthorized);
        }

        return (await ledger.BalanceAsync(key.AccountId, cancellation)).Total < Bill.OneCredit
            ? new Failure(FailureCode.InsufficientCredits)
            : new MonitorUser(application, key);
    }
}
