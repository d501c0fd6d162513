using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>
/// <c>POST /api/v1/clearbg</c>, the Monitor API: for applications whose users bring keys of their own, or get some pictures a day without one. A picture in, PNG
/// with alpha out, errors as RFC 9457 problems.
/// </summary>
internal static class MonitorApi
{
    public static void MapMonitor(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/clearbg", RemoveAsync).AddEndpointFilter<MonitorFilter>().AddEndpointFilter<UploadFilter>();

    /// <summary>What can be told from headers is refused by <see cref="MonitorFilter"/>; here come the body, then the work and who pays for it.</summary>
    private static async Task<IResult> RemoveAsync(
        HttpContext http, MonitorRequest requests, MonitorAllowance allowance, RateFilter rate, ChargedRemoval charged, RemovalPipeline pipeline,
        IOptions<IntakeOptions> intake, IOptions<ApiOptions> options, CancellationToken cancellation)
    {
        var user = MonitorUser.Of(http);
        if (!(await requests.ReadAsync(http, cancellation)).Succeeded(out var sent, out var failure))
        {
            return new MonitorFailure(failure);
        }

        using (sent.Picture)
        {
            var subject = user.Key is { } payer ? RateFilter.Subject(payer) : $"app:{user.Application.Id}:{ClientAddress.Of(http)}:minute";
            if (!InspectedJob.Of(sent, intake.Value).Succeeded(out var job, out failure) || (failure = await rate.CountAsync(http, subject, job.Pixels)) is not null)
            {
                return new MonitorFailure(failure);
            }

            if (user.Key is { } key)
            {
                var bill = new Bill(key, Bill.OneCredit, ClientAddress.Of(http), options.Value.FreeCallsPerAddress, IdempotencyKey: null);
                return (await charged.RunAsync(job, bill, cancellation)).Succeeded(out var paid, out failure) ? new MonitorPicture(paid.Result) : new MonitorFailure(failure);
            }

            return (await allowance.RunAsync(user, ClientAddress.Of(http), () => pipeline.RunAsync(job, cancellation), cancellation)).Succeeded(out var free, out failure)
                ? new MonitorPicture(free)
                : new MonitorFailure(failure);
        }
    }
}
