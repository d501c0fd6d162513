using ClearBg.Segmentation.Refinement;
using Microsoft.Extensions.Options;

namespace ClearBg.Segmentation;

/// <summary>Registers the model's parts.</summary>
internal static class SegmentationServices
{
    public static IServiceCollection AddSegmentation(this IServiceCollection services)
    {
        services.AddOptions<SegmentationOptions>().BindConfiguration(SegmentationOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SegmentationOptions>, SegmentationOptionsValidator>();
        return services
            .AddSingleton<ModelCatalog>()
            .AddSingleton<ModelPreparation>()
            .AddSingleton<MatteRefinement>()
            .AddSingleton<SharedModel>();
    }
}
