using System.Net;
using ClearBg.Admission;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Segmentation;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IO;

namespace ClearBg.Jobs;

/// <summary>Registers the pipeline and everything it stands on.</summary>
internal static class RemovalServices
{
    /// <summary>Bytes of pixel buffers kept for the next picture: those of one 12-megapixel job.</summary>
    private const long KeptBuffers = 192L << 20;

    /// <summary>Bytes of encoded answers kept, beside those in use.</summary>
    private const long KeptAnswers = 32L << 20;

    public static IServiceCollection AddRemoval(this IServiceCollection services)
    {
        services.AddOptions<IntakeOptions>().BindConfiguration(IntakeOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IntakeOptions>, IntakeOptionsValidator>();
        services.AddOptions<FetchOptions>().BindConfiguration(FetchOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FetchOptions>, FetchOptionsValidator>();
        services.AddOptions<AdmissionOptions>().BindConfiguration(AdmissionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AdmissionOptions>, AdmissionOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSegmentation()
            .AddSingleton(_ => new BufferPool(KeptBuffers))
            .AddSingleton(_ => new RecyclableMemoryStreamManager(new RecyclableMemoryStreamManager.Options
            {
                MaximumSmallPoolFreeBytes = KeptAnswers,
                MaximumLargePoolFreeBytes = 0,
            }))
            .AddSingleton<NameResolution>(Dns.GetHostAddressesAsync)
            .AddSingleton<HostGuard>()
            .AddSingleton<PictureDownload>()
            .AddSingleton<Decoder>()
            .AddSingleton<BoundedDecoder>()
            .AddSingleton<Resizer>()
            .AddSingleton<Compositor>()
            .AddSingleton<Backdrop>()
            .AddSingleton<ShadowCaster>()
            .AddSingleton<Composition>()
            .AddSingleton<Rendering>()
            .AddSingleton<AdmissionGate>()
            .AddSingleton<UploadGate>()
            .AddSingleton<RemovalPipeline>();
    }
}
