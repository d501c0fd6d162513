using ClearBg.Payments;

namespace ClearBg.Api;

/// <summary>
/// Asks for a payment: 402, or 400 where what came is no payment at all. v1 clients read the body, v2 clients the header, people a page; a settlement that failed says
/// so in receipts.
/// </summary>
/// <param name="terms">What is to be paid.</param>
/// <param name="reason">Of <see cref="PaymentReason"/>.</param>
/// <param name="message">The same for people.</param>
internal sealed class PaymentDemand(PaymentTerms terms, string reason, string message) : IResult
{
    /// <summary>402 or 400.</summary>
    public int Status { get; init; } = StatusCodes.Status402PaymentRequired;

    /// <summary>The payment whose settlement failed; null where none was tried.</summary>
    public Payment? Tried { get; init; }

    /// <summary>Nothing was paid.</summary>
    public static PaymentDemand ForUnpaid(PaymentTerms terms) => new(terms, PaymentReason.Required, "This request needs a payment, in the header X-PAYMENT or PAYMENT-SIGNATURE.");

    /// <summary>What came is no payment.</summary>
    public static PaymentDemand ForMalformed(PaymentTerms terms) =>
        new(terms, PaymentReason.InvalidPayload, "The payment is not base64 of x402's JSON.") { Status = StatusCodes.Status400BadRequest };

    /// <summary>The payment is no good.</summary>
    public static PaymentDemand ForRefused(PaymentTerms terms, string reason, Payment? tried = null) => new(
        terms, reason,
        reason is PaymentReason.NonceUsed ? "The payment was refused: its nonce was used before."
            : tried is null ? "The payment was refused, and nothing was charged."
            : "The payment was tried and failed, and nothing was charged by it. Its signature stays good until its end: cancel it, or send the same one again, rather than sign a second one before that.")
    {
        Tried = tried,
    };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var offer = PaymentOffer.Body(terms, reason, message);
        var isPage = PaymentPage.IsWanted(request);
        var body = isPage ? PaymentPage.Create(terms, offer) : offer;
        response.StatusCode = Status;
        response.ContentType = isPage ? "text/html; charset=utf-8" : "application/json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers[PaymentOffer.Header] = PaymentOffer.HeaderValue(terms, reason);
        if (isPage)
        {
            response.Headers.ContentSecurityPolicy = PaymentPage.Policy;
            response.Headers.XContentTypeOptions = "nosniff";
        }

        if (Tried is not null)
        {
            foreach (var header in PaymentReceipt.Headers)
            {
                response.Headers[header] = PaymentReceipt.Failure(Tried, reason);
            }
        }

        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
