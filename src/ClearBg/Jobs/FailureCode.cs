namespace ClearBg.Jobs;

/// <summary>
/// Every way in which a request can be refused. One code stands for one condition, whichever surface it is met on;
/// each surface has a table that turns it into a status, a wire code and a public sentence.
/// </summary>
internal enum FailureCode
{
    /// <summary>No picture was sent.</summary>
    MissingSource,
    /// <summary>More than one picture was sent where one is expected.</summary>
    MultipleSources,
    /// <summary>The body is not the form it claims to be: no boundary, cut short, too many or too large fields.</summary>
    InvalidRequest,
    /// <summary>The bytes are not a JPEG, PNG or WebP picture.</summary>
    InvalidFileType,
    /// <summary>The picture is larger than the byte limit.</summary>
    FileTooLarge,
    /// <summary>A side of the picture is longer than allowed, or zero.</summary>
    InvalidDimensions,
    /// <summary>The picture has more pixels than allowed.</summary>
    ResolutionTooHigh,
    /// <summary>The signature is right but the picture cannot be decoded: truncated, corrupt, or too slow to decode.</summary>
    FailedToReadImage,
    /// <summary>No subject was found. Free of charge.</summary>
    UnknownForeground,
    /// <summary>size is not one of the known names.</summary>
    InvalidSize,
    /// <summary>format is not one of the known names.</summary>
    InvalidFormat,
    /// <summary>channels is not rgba or alpha.</summary>
    InvalidChannels,
    /// <summary>crop is not a boolean.</summary>
    InvalidCrop,
    /// <summary>crop_margin is malformed, negative or over its bound.</summary>
    InvalidCropMargin,
    /// <summary>scale is not original or 10%–100%.</summary>
    InvalidScale,
    /// <summary>position is not original, center, or one or two percentages.</summary>
    InvalidPosition,
    /// <summary>bg_color is neither a hexadecimal colour nor a CSS colour name.</summary>
    InvalidBackgroundColor,
    /// <summary>semitransparency is not a boolean.</summary>
    InvalidSemitransparency,
    /// <summary>shadow_type, or add_shadow, is not one of the known names.</summary>
    InvalidShadowType,
    /// <summary>shadow_opacity is neither auto nor 0–100.</summary>
    InvalidShadowOpacity,
    /// <summary>type_level is not none, 1, 2 or latest.</summary>
    InvalidTypeLevel,
    /// <summary>roi is not four lengths.</summary>
    InvalidRegion,
    /// <summary>roi reaches past the picture.</summary>
    RegionExceedsBounds,
    /// <summary>roi holds no pixel.</summary>
    RegionEmpty,
    /// <summary>More than one new background.</summary>
    MultipleBackgroundSources,
    /// <summary>image_url is no URL that is fetched.</summary>
    InvalidImageUrl,
    /// <summary>bg_image_url is no URL that is fetched.</summary>
    InvalidBackgroundImageUrl,
    /// <summary>The picture behind image_url could not be had.</summary>
    FailedImageDownload,
    /// <summary>The picture behind bg_image_url could not be had.</summary>
    FailedBackgroundDownload,
    /// <summary>The account's balance doesn't cover the price.</summary>
    InsufficientCredits,
    /// <summary>The free calls of this address are used up.</summary>
    FreeCallsExhausted,
    /// <summary>A limit of requests in a window of time is reached; worth another try after it.</summary>
    RateLimited,
    /// <summary>The Idempotency-Key is longer than allowed, or not printable.</summary>
    InvalidIdempotencyKey,
    /// <summary>The Idempotency-Key was used for another request.</summary>
    IdempotencyMismatch,
    /// <summary>A request with this Idempotency-Key is still at work.</summary>
    IdempotencyInProgress,
    /// <summary>No API key, or one that is malformed, unknown or revoked.</summary>
    Unauthorized,
    /// <summary>No application key where one is needed.</summary>
    MissingApplicationKey,
    /// <summary>No application has this key.</summary>
    UnknownApplication,
    /// <summary>The operator keeps the application off.</summary>
    ApplicationDisabled,
    /// <summary>Nothing is at this path.</summary>
    NotFound,
    /// <summary>The path has no such method.</summary>
    MethodNotAllowed,
    /// <summary>The body's media type is none that the path takes.</summary>
    UnsupportedMediaType,
    /// <summary>Payments are not set up, or the chain can't be reached; a payment that was sent stays usable.</summary>
    PaymentUnavailable,
    /// <summary>The payment, or its identifier, was used for another request.</summary>
    PaymentConflict,
    /// <summary>The request that this payment pays for is still at work.</summary>
    PaymentInProgress,
    /// <summary>The payment was perhaps sent, and the chain hasn't said yet what became of it.</summary>
    SettlementPending,
    /// <summary>The machine is working at its limit and the queue is full; worth another try.</summary>
    Overloaded,
    /// <summary>A bug or broken infrastructure. The cause is in the log, never in the answer.</summary>
    Internal,
}
