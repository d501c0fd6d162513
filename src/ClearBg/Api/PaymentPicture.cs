using ClearBg.Jobs;
using ClearBg.Payments;

namespace ClearBg.Api;

/// <summary>A picture that was paid for, with the receipt under both of its names.</summary>
internal sealed class PaymentPicture(PaidAnswer.Picture picture, Payment payment) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (picture.Content)
        {
            var response = httpContext.Response;
            response.ContentType = picture.ContentType;
            response.ContentLength = picture.Content.Length;
            response.Headers.CacheControl = "no-store";
            if (picture.Stages is { } stages)
            {
                response.Headers["Server-Timing"] = stages.ToString();
            }

            foreach (var header in PaymentReceipt.Headers)
            {
                response.Headers[header] = PaymentReceipt.Success(payment, picture.Transaction);
            }

            await picture.Content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }
}
