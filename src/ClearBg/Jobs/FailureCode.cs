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
    /// <summary>No API key, or one that is malformed, unknown or revoked.</summary>
    Unauthorized,
    /// <summary>The machine is working at its limit and the queue is full; worth another try.</summary>
    Overloaded,
    /// <summary>A bug or broken infrastructure. The cause is in the log, never in the answer.</summary>
    Internal,
}
