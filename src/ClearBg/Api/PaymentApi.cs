using ClearBg.Jobs;
using ClearBg.Payments;

namespace ClearBg.Api;

/// <summary>
/// <c>POST /v1/remove-background</c>, the API for programs that pay each picture by itself with x402, v1 and v2: a picture in, PNG or WebP out. A browser that opens it is
/// told what it is.
/// </summary>
internal static class PaymentApi
{
    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(PaymentTerms.Path, RemoveAsync).AddEndpointFilter<PaymentFilter>().AddEndpointFilter<UploadFilter>();
        routes.MapGet(PaymentTerms.Path, ShowAsync);
    }

    /// <summary>What headers tell is refused by <see cref="PaymentFilter"/>; here come the format, the body, and the work with its payment.</summary>
    private static async Task<IResult> RemoveAsync(HttpContext http, PaymentBody bodies, UnpaidRequests unpaid, PaidRemoval removal, CancellationToken cancellation)
    {
        var (payment, identifier, terms) = PaidRequest.Of(http);
        if (!Format(http.Request).Succeeded(out var format, out var failure) || !(await bodies.ReadAsync(http.Request, cancellation)).Succeeded(out var picture, out failure))
        {
            return new PaymentFailure(failure);
        }

        using (picture)
        {
            var job = new RemovalJob(picture, new RemovalOptions { Size = SizeTier.FiftyMegapixels, Format = format });
            return await removal.RunAsync(payment, identifier, job, () => unpaid.CountAsync(http), cancellation) switch
            {
                PaidAnswer.Picture sold => new PaymentPicture(sold, payment),
                PaidAnswer.Refused refused => PaymentDemand.ForRefused(terms, refused.Reason, refused.WasTried ? payment : null),
                PaidAnswer.Failed { WasWorkedOn: true } failed => new PaymentFailure(failed.Failure) { IsCounted = true },
                PaidAnswer.Failed failed => new PaymentFailure(failed.Failure),
                PaidAnswer.Pending pending => PaymentFailure.Pending(pending.Transaction),
                var unknown => throw new InvalidOperationException($"{unknown.GetType().Name} is no answer."),
            };
        }
    }

    /// <summary>People get the offer's page; for everything else the path has POST alone.</summary>
    private static async Task<IResult> ShowAsync(HttpContext http, UnpaidRequests unpaid)
    {
        if (PaymentPage.IsWanted(http.Request))
        {
            return await unpaid.AnswerAsync(http);
        }

        http.Response.Headers.Allow = HttpMethods.Post;
        return new PaymentFailure(new Failure(FailureCode.MethodNotAllowed));
    }

    private static Outcome<OutputFormat> Format(HttpRequest request) => request.Query["format"] switch
    {
        [] or [""] or [null] => OutputFormat.Png,
        [{ } format] when format.Trim().ToLowerInvariant() is "png" => OutputFormat.Png,
        [{ } format] when format.Trim().ToLowerInvariant() is "webp" => OutputFormat.WebP,
        _ => new Failure(FailureCode.InvalidFormat, "format is png or webp."),
    };
}
