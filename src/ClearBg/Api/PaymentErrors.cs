using System.Text.Json.Serialization;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>How the paid API says each failure. Codes and sentences are those of <see cref="RemoveBgErrors"/>; some statuses differ, and each says whether another try is worth it.</summary>
internal static class PaymentErrors
{
    /// <summary>The failures that this API knows, beside those of a payment itself.</summary>
    public static readonly FailureCode[] Failures =
    [
        FailureCode.InvalidFormat, FailureCode.InvalidRequest, FailureCode.MissingSource, FailureCode.MultipleSources, FailureCode.InvalidFileType, FailureCode.InvalidDimensions,
        FailureCode.ResolutionTooHigh, FailureCode.FailedToReadImage, FailureCode.UnknownForeground, FailureCode.FileTooLarge, FailureCode.UnsupportedMediaType,
        FailureCode.PaymentConflict, FailureCode.RateLimited, FailureCode.PaymentUnavailable, FailureCode.PaymentInProgress, FailureCode.SettlementPending, FailureCode.Overloaded,
        FailureCode.Internal,
    ];

    /// <summary>What it adds to the table: a body of too many bytes is 413.</summary>
    public static int StatusOf(FailureCode code) => code == FailureCode.FileTooLarge ? StatusCodes.Status413PayloadTooLarge : RemoveBgErrors.Table[code].Status;

    /// <summary>Whether the same request may succeed later.</summary>
    public static bool IsRetryable(FailureCode code) => StatusOf(code) is StatusCodes.Status429TooManyRequests or >= StatusCodes.Status500InternalServerError;

    /// <summary>The body of an error.</summary>
    public static PaymentErrorBody BodyOf(Failure failure)
    {
        var wire = RemoveBgErrors.Table[failure.Code];
        return new PaymentErrorBody(wire.Code, string.IsNullOrWhiteSpace(failure.Detail) ? $"{wire.Title}." : $"{wire.Title}. {failure.Detail}", IsRetryable(failure.Code), null);
    }
}

/// <param name="Error">For programs.</param>
/// <param name="Message">For people.</param>
/// <param name="Retryable">Whether the same request may succeed later; with a payment, the same payment.</param>
/// <param name="Transaction">The hash that a payment was sent under; left out where there is none.</param>
internal sealed record PaymentErrorBody(string Error, string Message, bool Retryable, string? Transaction);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PaymentErrorBody))]
internal sealed partial class PaymentJson : JsonSerializerContext;
