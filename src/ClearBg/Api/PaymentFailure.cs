using System.Globalization;
using System.Text.Json;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>A failure as the paid API answers it: <c>{"error","message","retryable"}</c>.</summary>
/// <param name="failure">The failure.</param>
/// <param name="transaction">The hash of a payment that is pending; null for none.</param>
internal sealed class PaymentFailure(Failure failure, string? transaction = null) : IResult
{
    /// <summary>
    /// The failure of a payment that may have been sent. Its words keep people and agents from paying twice: a client that signs anew on an error pays once more for the
    /// same picture.
    /// </summary>
    public static PaymentFailure Pending(string? transaction) => new(
        new Failure(FailureCode.SettlementPending, "Nothing is lost: send the same payment again, do not sign a new one.", RetryAfterSeconds: 5), transaction);

    public int Status { get; } = PaymentErrors.StatusOf(failure.Code);

    /// <summary>Whether the request counts as one that came to nothing. What went wrong by no fault of the client's doesn't, unless it cost work: which can't be had for nothing again and again.</summary>
    public bool IsCounted { get; init; } = PaymentErrors.StatusOf(failure.Code) < StatusCodes.Status500InternalServerError;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(PaymentErrors.BodyOf(failure) with { Transaction = transaction }, PaymentJson.Default.PaymentErrorBody);
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        if (failure.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
