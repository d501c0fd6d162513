using ClearBg.Jobs;

namespace ClearBg.Intake;

/// <summary>The field of a request that a URL came in: what its refusals are called.</summary>
/// <param name="Name">As the caller knows it.</param>
/// <param name="Malformed">The code for a URL that is never fetched, whatever it leads to.</param>
/// <param name="Failed">The code for one that could not be.</param>
internal sealed record UrlField(string Name, FailureCode Malformed, FailureCode Failed)
{
    /// <summary>The picture to work on.</summary>
    public static UrlField Image { get; } = new("image_url", FailureCode.InvalidImageUrl, FailureCode.FailedImageDownload);

    /// <summary>The picture to put behind it.</summary>
    public static UrlField Background { get; } = new("bg_image_url", FailureCode.InvalidBackgroundImageUrl, FailureCode.FailedBackgroundDownload);
}
