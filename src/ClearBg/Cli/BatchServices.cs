using ClearBg.Admission;
using ClearBg.Jobs;

namespace ClearBg.Cli;

/// <summary>The pipeline for verbs that work through many pictures.</summary>
internal static class BatchServices
{
    // A batch only ever waits for itself: a queue that refuses would be a server's setting at the wrong place.
    public static IServiceCollection AddBatchRemoval(this IServiceCollection services) =>
        services.AddRemoval().PostConfigure<AdmissionOptions>(static admission => admission.QueuedMegapixels = 100_000);
}
