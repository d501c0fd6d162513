using ClearBg.Credits;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>
/// <c>POST /v1.0/removebg</c> and <c>GET /v1.0/account</c>, as remove.bg's v1.0 API has them: a picture in, the cut-out's bytes out or JSON around them, errors as
/// <c>{"errors":[…]}</c>.
/// </summary>
internal static class RemoveBgApi
{
    public static void MapRemoveBg(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1.0").AddEndpointFilter<ApiKeyFilter>();
        group.MapPost("/removebg", RemoveAsync).AddEndpointFilter<RateFilter>().AddEndpointFilter<UploadFilter>();
        group.MapMethods("/account", [HttpMethods.Get, HttpMethods.Head], AccountAsync);
    }

    /// <summary>
    /// The order: who asks and whether anything is left of their minute (headers only), room for the body, the body, its parameters, what it points to, the
    /// pictures' headers, the picture's weight, then the work and its price. What is refused before the body is read costs the caller no upload; what is malformed
    /// isn't counted.
    /// </summary>
    private static async Task<IResult> RemoveAsync(
        HttpContext http, RemovalRequest requests, RateFilter rate, ChargedRemoval removal, BufferPool pool, IOptions<IntakeOptions> intake, IOptions<ApiOptions> options,
        CancellationToken cancellation)
    {
        var caller = Caller.Of(http);
        if (!IdempotencyKey(http.Request).Succeeded(out var idempotencyKey, out var failure)
            || !DryRun(http.Request).Succeeded(out var isDryRun, out failure)
            || !(await RemovalForm.ReadAsync(http.Request, pool, intake.Value, cancellation)).Succeeded(out var form, out failure))
        {
            return new RemoveBgFailure(failure);
        }

        using (form)
        {
            if (!(await requests.ReadAsync(http, form, caller.Defaults, cancellation)).Succeeded(out var asked, out failure)
                || !InspectedJob.Of(asked, intake.Value).Succeeded(out var job, out failure))
            {
                return new RemoveBgFailure(failure);
            }

            var bill = new Bill(caller.Key, caller.PreviewPrice, ClientAddress.Of(http), options.Value.FreeCallsPerAddress, idempotencyKey.Length > 0 ? idempotencyKey : null);
            if (isDryRun)
            {
                // Something all the same: what it points to was fetched.
                return (failure = await rate.CountAsync(http, RateFilter.Subject(caller.Key), pixels: 1)) is not null ? new RemoveBgFailure(failure)
                    : (await removal.QuoteAsync(job, bill, cancellation)).Succeeded(out var quote, out failure) ? Quoted(quote) : new RemoveBgFailure(failure);
            }

            if ((failure = await rate.CountAsync(http, RateFilter.Subject(caller.Key), job.Pixels)) is not null)
            {
                return new RemoveBgFailure(failure);
            }

            return (await removal.RunAsync(job, bill, cancellation)).Succeeded(out var paid, out failure)
                ? new RemoveBgPicture(paid, asked.Options, caller.Profile)
                : new RemoveBgFailure(failure);
        }
    }

    /// <summary>
    /// <c>{"data":{"attributes":{"credits":{…},"api":{…}}}}</c> with exactly these keys: the official Ruby client passes them on as keyword arguments, and breaks on
    /// any other.
    /// </summary>
    private static async Task<IResult> AccountAsync(HttpContext http, CreditLedger ledger, CancellationToken cancellation)
    {
        var balance = await ledger.BalanceAsync(Caller.Of(http).Key.AccountId, cancellation);
        var credits = new AccountCredits(balance.Total.ToDecimal(), balance.Subscription.ToDecimal(), balance.PayAsYouGo.ToDecimal(), balance.Enterprise.ToDecimal());
        return TypedResults.Json(
            new AccountBody(new AccountData(new AccountAttributes(credits, new AccountApi(balance.FreeCalls, "all")))), RemoveBgJson.Default.AccountBody);
    }

    /// <summary><c>{"data":{"credits","free_call","width","height"}}</c>: what the same request would be charged now, and its answer's size before cropping.</summary>
    private static JsonHttpResult<QuoteBody> Quoted(Quote quote) => TypedResults.Json(
        new QuoteBody(new QuoteData(quote.Price.ToDecimal(), quote.IsFreeCall, quote.Output.Width, quote.Output.Height)), RemoveBgJson.Default.QuoteBody);

    /// <summary>The query's <c>dry_run</c>, a parameter that no field of remove.bg's can be taken for.</summary>
    private static Outcome<bool> DryRun(HttpRequest request) => request.Query["dry_run"] switch
    {
        [] => false,
        [{ } value] when ParameterNames.Booleans.TryParse(value, out var isDryRun) => isDryRun,
        _ => new Failure(FailureCode.InvalidRequest, $"dry_run must be {ParameterNames.Booleans.Sentence}."),
    };

    /// <summary>The header's value; empty for none.</summary>
    private static Outcome<string> IdempotencyKey(HttpRequest request) => request.Headers["Idempotency-Key"] switch
    {
        [] => "",
        [{ } key] when IdempotencyKeys.IsValid(key) => key,
        _ => new Failure(FailureCode.InvalidIdempotencyKey, $"It is 1 to {IdempotencyKeys.MaxLength} printable ASCII characters."),
    };
}
