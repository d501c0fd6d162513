using ClearBg.Storage;
using Microsoft.Extensions.Options;

namespace ClearBg.Credits;

/// <summary>Registers who has keys, and what they own.</summary>
internal static class CreditsServices
{
    /// <summary>
    /// Adds <see cref="Accounts"/>, <see cref="ApiKeys"/>, <see cref="FirstAccount"/>, <see cref="Applications"/>, <see cref="CreditLedger"/> and
    /// <see cref="IdempotencyKeys"/>, which stand on <see cref="StorageServices.AddStorage"/>.
    /// </summary>
    public static IServiceCollection AddCredits(this IServiceCollection services)
    {
        services.AddOptions<CreditsOptions>().BindConfiguration(CreditsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CreditsOptions>, CreditsOptionsValidator>();
        services.AddSingleton<Accounts>().AddSingleton<ApiKeys>().AddSingleton<FirstAccount>().AddSingleton<Applications>();
        return services.AddSingleton<CreditLedger>().AddSingleton<IdempotencyKeys>();
    }

    /// <summary>Adds what a server does about them by itself, beside <see cref="AddCredits"/>: <see cref="HoldSweeper"/>.</summary>
    public static IServiceCollection AddCreditsUpkeep(this IServiceCollection services) => services.AddHostedService<HoldSweeper>();
}
