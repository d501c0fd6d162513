using System.Collections.Frozen;
using System.Text.Json.Serialization;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>
/// How <c>/v1.0/removebg</c> says each <see cref="FailureCode"/>: status, wire code, title. Codes are those that remove.bg documents and clients compare;
/// those without a counterpart there (invalid_request, invalid_crop, the idempotency_ codes, overloaded and more) are ours.
/// </summary>
internal static class RemoveBgErrors
{
    /// <param name="Status">HTTP status.</param>
    /// <param name="Code">For programs; never changes.</param>
    /// <param name="Title">For people; never empty, since clients read errors[0].title without looking.</param>
    internal readonly record struct Wire(int Status, string Code, string Title);

    public static readonly FrozenDictionary<FailureCode, Wire> Table = new Dictionary<FailureCode, Wire>
    {
        [FailureCode.MissingSource] = new(400, "missing_source", "No image was sent"),
        [FailureCode.MultipleSources] = new(400, "multiple_sources", "More than one image was sent"),
        [FailureCode.InvalidRequest] = new(400, "invalid_request", "The request could not be read"),
        [FailureCode.InvalidFileType] = new(400, "invalid_file_type", "The file type is not supported"),
        [FailureCode.FileTooLarge] = new(400, "file_too_large", "The file is too large"),
        [FailureCode.InvalidDimensions] = new(400, "invalid_dimensions", "The image dimensions are not supported"),
        [FailureCode.ResolutionTooHigh] = new(400, "resolution_too_high", "The image has too many pixels"),
        [FailureCode.FailedToReadImage] = new(400, "failed_to_read_image", "The image could not be read"),
        [FailureCode.UnknownForeground] = new(400, "unknown_foreground", "No foreground was found in the image"),
        [FailureCode.InvalidSize] = new(400, "invalid_size", "Invalid size parameter"),
        [FailureCode.InvalidFormat] = new(400, "invalid_format", "Invalid format parameter"),
        [FailureCode.InvalidChannels] = new(400, "invalid_channels", "Invalid channels parameter"),
        [FailureCode.InvalidCrop] = new(400, "invalid_crop", "Invalid crop parameter"),
        [FailureCode.InvalidCropMargin] = new(400, "invalid_crop_margin", "Invalid crop_margin parameter"),
        [FailureCode.InvalidScale] = new(400, "invalid_scale", "Invalid scale parameter"),
        [FailureCode.InvalidPosition] = new(400, "invalid_position", "Invalid position parameter"),
        [FailureCode.InvalidBackgroundColor] = new(400, "invalid_bg_color", "Invalid bg_color parameter"),
        [FailureCode.InvalidSemitransparency] = new(400, "invalid_semitransparency", "Invalid semitransparency parameter"),
        [FailureCode.InvalidShadowType] = new(400, "invalid_shadow_type", "Invalid shadow_type parameter"),
        [FailureCode.InvalidShadowOpacity] = new(400, "invalid_shadow_opacity", "Invalid shadow_opacity parameter"),
        [FailureCode.InvalidTypeLevel] = new(400, "invalid_type_level", "Invalid type_level parameter"),
        [FailureCode.InvalidRegion] = new(400, "invalid_roi", "Invalid roi parameter"),
        [FailureCode.RegionExceedsBounds] = new(400, "roi_exceeds_bounds", "The roi reaches past the image"),
        [FailureCode.RegionEmpty] = new(400, "roi_region_empty", "The roi is empty"),
        [FailureCode.MultipleBackgroundSources] = new(400, "multiple_bg_sources", "More than one background was sent"),
        [FailureCode.InvalidImageUrl] = new(400, "invalid_image_url", "Invalid image_url parameter"),
        [FailureCode.InvalidBackgroundImageUrl] = new(400, "invalid_bg_image_url", "Invalid bg_image_url parameter"),
        [FailureCode.FailedImageDownload] = new(400, "failed_image_download", "The image could not be downloaded"),
        [FailureCode.FailedBackgroundDownload] = new(400, "failed_bg_download", "The background image could not be downloaded"),
        [FailureCode.InsufficientCredits] = new(402, "insufficient_credits", "Insufficient credits"),
        [FailureCode.FreeCallsExhausted] = new(403, "free_calls_exhausted", "No free calls are left for this IP address"),
        [FailureCode.RateLimited] = new(429, "rate_limit_exceeded", "Rate limit exceeded"),
        [FailureCode.InvalidIdempotencyKey] = new(400, "invalid_idempotency_key", "Invalid Idempotency-Key header"),
        [FailureCode.IdempotencyMismatch] = new(422, "idempotency_mismatch", "The Idempotency-Key was used for another request"),
        [FailureCode.IdempotencyInProgress] = new(409, "idempotency_in_progress", "A request with this Idempotency-Key is in progress"),
        [FailureCode.Unauthorized] = new(401, "auth_failed", "The API key is missing or invalid"),
        [FailureCode.MissingApplicationKey] = new(400, "missing_app_key", "The X-App-Key header is missing"),
        [FailureCode.UnknownApplication] = new(404, "unknown_application", "No application has this key"),
        [FailureCode.ApplicationDisabled] = new(503, "application_disabled", "The application is disabled"),
        [FailureCode.NotFound] = new(404, "not_found", "Nothing is at this path"),
        [FailureCode.MethodNotAllowed] = new(405, "method_not_allowed", "This path does not have this method"),
        [FailureCode.UnsupportedMediaType] = new(415, "unsupported_media_type", "The content type is not supported"),
        [FailureCode.PaymentUnavailable] = new(503, "payment_unavailable", "Payments cannot be taken at the moment"),
        [FailureCode.PaymentConflict] = new(409, "payment_conflict", "The payment was used for another request"),
        [FailureCode.PaymentInProgress] = new(503, "payment_in_progress", "The request that this payment pays for is in progress"),
        [FailureCode.SettlementPending] = new(503, "settlement_pending", "The payment is not settled yet"),
        [FailureCode.Overloaded] = new(503, "overloaded", "The service is busy, try again shortly"),
        [FailureCode.Internal] = new(500, "internal_error", "Something went wrong on our side"),
    }.ToFrozenDictionary();
}

/// <summary><c>{"errors":[{"title","code","detail"}]}</c>.</summary>
internal sealed record RemoveBgErrorBody(IReadOnlyList<RemoveBgError> Errors);

/// <summary>Scalars only, and no empty ones: clients concatenate them. A detail that there is not is left out.</summary>
internal sealed record RemoveBgError(string Title, string Code, string? Detail);

/// <summary>The answer of <c>/v1.0/account</c>.</summary>
internal sealed record AccountBody(AccountData Data);

internal sealed record AccountData(AccountAttributes Attributes);

internal sealed record AccountAttributes(AccountCredits Credits, AccountApi Api);

/// <summary>Credits that are left, in all funds and in each; fractions are allowed.</summary>
internal sealed record AccountCredits(decimal Total, decimal Subscription, decimal Payg, decimal Enterprise);

/// <param name="FreeCalls">Previews that cost nothing.</param>
/// <param name="Sizes">Always "all".</param>
internal sealed record AccountApi(long FreeCalls, string Sizes);

/// <summary>The answer to a dry run.</summary>
internal sealed record QuoteBody(QuoteData Data);

/// <param name="Credits">That it would cost; none where a free call would pay.</param>
/// <param name="FreeCall">Whether one would.</param>
/// <param name="Width">Of the answer before cropping, pixels.</param>
/// <param name="Height">Of the answer before cropping, pixels.</param>
internal sealed record QuoteData(decimal Credits, bool FreeCall, int Width, int Height);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RemoveBgErrorBody))]
[JsonSerializable(typeof(AccountBody))]
[JsonSerializable(typeof(QuoteBody))]
internal sealed partial class RemoveBgJson : JsonSerializerContext;
