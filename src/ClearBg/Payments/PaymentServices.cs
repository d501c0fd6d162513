using ClearBg.Payments.Settlement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClearBg.Payments;

/// <summary>Registers payments, which stand on <see cref="Storage.StorageServices.AddStorage"/>.</summary>
internal static class PaymentServices
{
    /// <summary>Adds what knows of payments and what settles them.</summary>
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddOptions<PaymentsOptions>().BindConfiguration(PaymentsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PaymentsOptions>, PaymentsOptionsValidator>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSettlement();
        return services
            .AddSingleton<PaymentAnswers>()
            .AddSingleton<PaymentRecords>()
            .AddSingleton<PaymentMetrics>()
            .AddSingleton<PaymentCollector>();
    }

    /// <summary>Adds what a server does about them by itself, beside <see cref="AddPayments"/>: <see cref="PaymentUpkeep"/>.</summary>
    public static IServiceCollection AddPaymentsUpkeep(this IServiceCollection services) => services.AddHostedService<PaymentUpkeep>();
}
