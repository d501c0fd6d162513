using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClearBg.Admission;

/// <summary>How much work is taken in at once (section <c>Admission</c>). A megapixel in flight costs up to 16 MB beside the model (measured: 50 of them answered as ZIP took 780); a picture counts as at least 4 of them, one asked for as WebP twice, and a file that is large for its pixels by its bytes.</summary>
internal sealed class AdmissionOptions
{
    public const string Section = "Admission";
    public const int MostQueuedMegapixels = 100_000;

    /// <summary>Eleven days: longer than anything that works waits.</summary>
    public const int MostWaitSeconds = 1_000_000;

    /// <summary>Megapixels of input worked on at once, 1–10,000. A larger picture than this runs alone.</summary>
    [Range(1, 10_000)]
    public int Megapixels { get; set; } = 100;

    /// <summary>Megapixels of input that may wait, 0–100,000. What comes on top is refused.</summary>
    [Range(0, MostQueuedMegapixels)]
    public int QueuedMegapixels { get; set; } = 400;

    /// <summary>
    /// Megabytes (2²⁰ bytes) of request bodies read or held at once, 1–65,536, and as many again may wait to be read. What comes on top is refused unread. A
    /// body larger than this enters alone; one without Content-Length counts as the largest allowed. Buffers come in sizes, so that the memory may be a quarter more.
    /// </summary>
    [Range(1, 65_536)]
    public int UploadMegabytes { get; set; } = 256;

    /// <summary>Seconds that a body may wait to be read, and then its picture for its turn, before it is refused, 1–1,000,000.</summary>
    [Range(1, MostWaitSeconds)]
    public int WaitSeconds { get; set; } = 30;
}

[OptionsValidator]
internal sealed partial class AdmissionOptionsValidator : IValidateOptions<AdmissionOptions>;
