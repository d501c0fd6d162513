using System.Globalization;
using ClearBg.Jobs;
using ClearBg.Storage;

namespace ClearBg.Api;

/// <summary>The pictures that users without a key get from an application in a day, UTC, each client by its address. Only pictures that were answered count.</summary>
internal sealed class MonitorAllowance(RateWindows windows, TimeProvider time)
{
    /// <summary>The refusal where nothing is left of the day's; nothing is counted.</summary>
    public async Task<Failure?> LookAsync(MonitorUser user, string address, CancellationToken cancellation) =>
        user.Application.DailyLimit == 0 ? Exhausted(user)
        : (await windows.LookAsync(Subject(user, address), user.Application.DailyLimit, windows.Midnight, cancellation)).Remaining > 0 ? null
        : Exhausted(user);

    /// <summary>Counts one picture and makes it; what fails, and whose client is gone, is given back.</summary>
    public async Task<Outcome<RemovalResult>> RunAsync(MonitorUser user, string address, Func<Task<Outcome<RemovalResult>>> work, CancellationToken cancellation)
    {
        var subject = Subject(user, address);
        var window = await windows.TakeAsync(subject, 1, user.Application.DailyLimit, windows.Midnight, cancellation);
        if (!window.IsTaken)
        {
            return Exhausted(user);
        }

        var isAnswered = false;
        try
        {
            var outcome = await work();
            isAnswered = outcome.Failure is null;
            return outcome;
        }
        finally
        {
            if (!isAnswered)
            {
                await windows.GiveBackAsync(subject, 1, window, CancellationToken.None);
            }
        }
    }

    private static string Subject(MonitorUser user, string address) => $"app:{user.Application.Id}:{address}";

    private Failure Exhausted(MonitorUser user) => new(
        FailureCode.RateLimited,
        string.Create(CultureInfo.InvariantCulture, $"This application gives {user.Application.DailyLimit} pictures a day without a key."),
        Math.Max(1, (int)Math.Ceiling((windows.Midnight - time.GetUtcNow()).TotalSeconds)));
}
