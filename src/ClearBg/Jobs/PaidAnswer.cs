using ClearBg.Payments;
using ClearBg.Payments.Settlement;

namespace ClearBg.Jobs;

/// <summary>What becomes of a request that came with a payment.</summary>
internal abstract record PaidAnswer
{
    private PaidAnswer()
    {
    }

    /// <summary>Paid, and here it is.</summary>
    /// <param name="Content">The encoded bytes, positioned at the start; the caller's to dispose.</param>
    /// <param name="ContentType">Their media type.</param>
    /// <param name="Transaction">The hash under which the payment was settled.</param>
    /// <param name="Stages">What took how long; null where the answer was kept from before.</param>
    internal sealed record Picture(Stream Content, string ContentType, string Transaction, StageTimes? Stages) : PaidAnswer;

    /// <summary>The payment is no good for this request, and another one is asked for.</summary>
    /// <param name="Reason">Of <see cref="PaymentReason"/>.</param>
    /// <param name="WasTried">Its settlement had begun, and certainly failed.</param>
    internal sealed record Refused(string Reason, bool WasTried = false) : PaidAnswer;

    /// <summary>The request is refused, or something is wrong with us; nothing was paid, and the payment is as good as before.</summary>
    /// <param name="Failure">Which.</param>
    /// <param name="WasWorkedOn">The picture was made before, for nothing.</param>
    internal sealed record Failed(Failure Failure, bool WasWorkedOn = false) : PaidAnswer;

    /// <summary>The payment may have been sent. The same one, sent again, gets the picture.</summary>
    /// <param name="Transaction">The hash that is known, or null.</param>
    internal sealed record Pending(string? Transaction) : PaidAnswer;

    /// <summary>The refusal that a fault of settlement comes to.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="wasTried">Whether the settlement had begun.</param>
    public static PaidAnswer Of(PaymentFault fault, bool wasTried) => fault.IsUnavailable
        ? new Failed(new Failure(FailureCode.PaymentUnavailable, "The payment was not used, and can be sent again.", RetryAfterSeconds: 5), wasTried)
        : new Refused(fault.Reason, wasTried);
}
