using ClearBg.Admission;
using ClearBg.Jobs;

namespace ClearBg.Cli;

/// <summary>The pipeline for verbs that work through many pictures.</summary>
internal static class BatchServices
{
    /// <summary>
    /// A batch only ever waits for itself: a queue that refuses, or patience that ends while the model is prepared or a large picture worked on, would be a
    /// server's settings at the wrong place.
    /// </summary>
    public static IServiceCollection AddBatchRemoval(this IServiceCollection services) =>
        services.AddRemoval().PostConfigure<AdmissionOptions>(static admission =>
            (admission.QueuedMegapixels, admission.WaitSeconds) = (AdmissionOptions.MostQueuedMegapixels, AdmissionOptions.MostWaitSeconds));
}
