using System.Globalization;
using ClearBg.Jobs;
using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Storage;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>
/// Answers requests that bring no payment, and bounds how many of those an address can send. Requests whose payment or picture came to nothing are bounded too, apart
/// from them: their work is ours, and nobody paid for it.
/// </summary>
internal sealed class UnpaidRequests(ISettlement settlement, RateWindows windows, IOptions<PaymentsOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>What payments are asked for; null where they are not offered. Options don't change while the program runs.</summary>
    public PaymentTerms? Terms { get; } = PaymentTerms.Of(options.Value);

    /// <summary>Where no settlement can be had: nobody is asked for money that could not be taken.</summary>
    public static PaymentFailure Unavailable { get; } =
        new(new Failure(FailureCode.PaymentUnavailable, "No payment was used. Try again later; a payment that was sent can be sent again.", RetryAfterSeconds: 10));

    /// <summary>Where nothing is configured.</summary>
    public static PaymentFailure NotOffered { get; } = new(new Failure(FailureCode.PaymentUnavailable, $"Whoever runs this gateway has to set them up: {NoSettlement.Advice}."));

    /// <summary>The offer, or why there is none.</summary>
    public async Task<IResult> AnswerAsync(HttpContext http) =>
        Terms is null ? NotOffered
        : await CountAsync(http) is { } exhausted ? new PaymentFailure(exhausted)
        : await settlement.CheckAsync(http.RequestAborted) is not null ? Unavailable
        : PaymentDemand.ForUnpaid(Terms);

    /// <summary>Counts a request without a payment; the refusal where there were too many.</summary>
    public async Task<Failure?> CountAsync(HttpContext http)
    {
        var window = await TakeAsync(Subject(http), http);
        return window.IsTaken ? null : Exhausted(window);
    }

    /// <summary>Counts a request with a payment as one that comes to nothing, unless there were too many.</summary>
    public Task<RateWindow> TakeFailedAsync(HttpContext http) => TakeAsync(FailedSubject(http), http);

    /// <summary>Takes that back; its client may be gone.</summary>
    public Task GiveBackFailedAsync(HttpContext http, RateWindow window) => windows.GiveBackAsync(FailedSubject(http), 1, window, CancellationToken.None);

    /// <summary>The refusal where there were too many.</summary>
    public Failure Exhausted(RateWindow window) => new(
        FailureCode.RateLimited,
        string.Create(CultureInfo.InvariantCulture, $"An address can send {window.Limit} requests a minute that nothing is paid for."),
        window.RetryAfterSeconds(clock.GetUtcNow()));

    private Task<RateWindow> TakeAsync(string subject, HttpContext http) =>
        windows.TakeAsync(subject, 1, options.Value.UnpaidPerMinute, clock.GetUtcNow() + Window, http.RequestAborted);

    private static string Subject(HttpContext http) => $"x402:{ClientAddress.Of(http)}";

    private static string FailedSubject(HttpContext http) => $"{Subject(http)}:failed";
}
