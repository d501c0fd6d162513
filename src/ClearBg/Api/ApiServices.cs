using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>Registers and maps the APIs.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddApis(this IServiceCollection services)
    {
        services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptionsValidator>();
        services.AddExceptionHandler<UnhandledFailures>();
        return services
            .AddSingleton<FetchedPicture>()
            .AddSingleton<RemovalRequest>()
            .AddSingleton<RateFilter>()
            .AddSingleton<MonitorRequest>()
            .AddSingleton<MonitorAllowance>()
            .AddSingleton<ChargedRemoval>()
            .AddSingleton<PaymentBody>()
            .AddSingleton<UnpaidRequests>()
            .AddSingleton<PaidRemoval>();
    }
}
