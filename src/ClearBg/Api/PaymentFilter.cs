using ClearBg.Intake;
using ClearBg.Jobs;
using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>
/// Everything that the paid API tells by a request's headers, before the body is read: media type 415, length 413, too many unpaid requests of an address 429, no
/// payment 402; then what is wrong with the payment itself, as far as our own books and clock know. Who waits for 100 Continue uploads nothing before it has paid.
/// </summary>
internal sealed partial class PaymentFilter(
    UnpaidRequests unpaid, ISettlement settlement, PaymentRecords records, PaymentMetrics metrics, IOptions<IntakeOptions> intake, TimeProvider clock, ILogger<PaymentFilter> log)
    : IEndpointFilter
{
    /// <summary>Either may carry either version.</summary>
    private static readonly string[] RequestHeaders = ["PAYMENT-SIGNATURE", "X-PAYMENT"];

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        string[] sent = [.. RequestHeaders.SelectMany(name => http.Request.Headers[name].OfType<string>()).Where(static value => value.Length > 0).Distinct(StringComparer.Ordinal)];
        if (Refusal(http.Request, isPaid: sent.Length > 0) is { } failure)
        {
            return new PaymentFailure(failure);
        }

        if (unpaid.Terms is not { } terms || sent.Length == 0)
        {
            return await unpaid.AnswerAsync(http);
        }

        // Counted before it is known how it ends, or any number could begin at once. What was paid is given back, and what went wrong by our fault; hanging up isn't.
        RateWindow? window = null;
        object? answer;
        try
        {
            window = await unpaid.TakeFailedAsync(http);
            if (!window.IsTaken)
            {
                return new PaymentFailure(unpaid.Exhausted(window));
            }

            answer = await ReadAsync(sent, terms, http) is { } refusal ? refusal : await next(context);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            // Perhaps it was here before, and is paid: nothing may make its client sign another one.
            LogBroken(e);
            answer = PaymentFailure.Pending(null);
        }

        if (window is not null && answer is not (PaymentDemand or PaymentFailure { IsCounted: true }))
        {
            await GiveBackAsync(http, window);
        }

        return answer;
    }

    /// <summary>A picture that was paid for isn't lost for that.</summary>
    private async Task GiveBackAsync(HttpContext http, RateWindow window)
    {
        try
        {
            await unpaid.GiveBackFailedAsync(http, window);
        }
        catch (Exception e)
        {
            LogBroken(e);
        }
    }

    private Failure? Refusal(HttpRequest request, bool isPaid)
    {
        if (PaymentBody.TryReadType(request, out var type))
        {
            return request.ContentLength > PaymentBody.MostBytes(type, intake.Value) ? PictureHeader.TooLarge(intake.Value) : null;
        }

        // Directories of paid APIs ask with nothing at all what a request costs.
        var isProbe = !isPaid && string.IsNullOrEmpty(request.ContentType) && request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0;
        return isProbe ? null : new Failure(FailureCode.UnsupportedMediaType, $"It can be {string.Join(", ", PaymentBody.MediaTypes)} or multipart/form-data.");
    }

    /// <summary>The refusal of a payment; null where it is good as far as can be told here, and put where the handler finds it.</summary>
    private async Task<IResult?> ReadAsync(string[] sent, PaymentTerms terms, HttpContext http)
    {
        // 1 its form
        if (sent is not [var header] || !PaymentMessage.TryParse(header, out var message))
        {
            return PaymentDemand.ForMalformed(terms);
        }

        if (!PaymentVerification.TryRead(message, out var payment, out var reason))
        {
            return Refuse(terms, reason);
        }

        // 3 what is known already without the picture
        var record = await records.FindAsync(payment.Id, http.RequestAborted);
        if (record is not null && !string.Equals(record.Payment.PayloadHash, payment.PayloadHash, StringComparison.Ordinal))
        {
            return Refuse(terms, PaymentReason.NonceUsed);
        }

        // 2 our terms and clock. Not of one that was here before: whoever lost the answer, and comes again when the signature is out of date or the price another, has paid.
        if (record is null && (PaymentVerification.Mismatch(message, payment, terms) ?? PaymentVerification.Untimely(payment, clock.GetUtcNow())) is { } mismatch)
        {
            return Refuse(terms, mismatch);
        }

        // A payment that was here before is answered out of the books, whatever the chain is doing.
        if (record is null && await settlement.CheckAsync(http.RequestAborted) is not null)
        {
            return UnpaidRequests.Unavailable;
        }

        http.Features.Set(new PaidRequest(payment, message.Identifier, terms));
        return null;
    }

    private PaymentDemand Refuse(PaymentTerms terms, string reason)
    {
        metrics.CountFailed(reason);
        return PaymentDemand.ForRefused(terms, reason);
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Error, Message = "A request with a payment met a failure of ours")]
    private partial void LogBroken(Exception exception);
}

/// <summary>A payment that <see cref="PaymentFilter"/> found good, with what else the handler needs of it.</summary>
internal sealed record PaidRequest(Payment Payment, string? Identifier, PaymentTerms Terms)
{
    public static PaidRequest Of(HttpContext context) => context.Features.GetRequiredFeature<PaidRequest>();
}
