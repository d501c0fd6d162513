using System.Data.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClearBg.Credits;

/// <summary>Registers the database and what is kept in it.</summary>
internal static class CreditsServices
{
    /// <summary>
    /// Adds <see cref="Store"/>, <see cref="Accounts"/>, <see cref="ApiKeys"/> and <see cref="FirstAccount"/>. Getting any of them opens
    /// the file; call <see cref="Store.MigrateAsync(CancellationToken)"/> before the others.
    /// </summary>
    /// <remarks>What cannot be opened is a <see cref="StoreException"/>, a wrong section an <see cref="OptionsValidationException"/>.</remarks>
    public static IServiceCollection AddCredits(this IServiceCollection services)
    {
        services.AddOptions<CreditsOptions>().BindConfiguration(CreditsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CreditsOptions>, CreditsOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DbDataSource>(provider => SqliteSource.Open(provider.GetRequiredService<IOptions<CreditsOptions>>().Value.Database));
        return services.AddSingleton<Store>().AddSingleton<Accounts>().AddSingleton<ApiKeys>().AddSingleton<FirstAccount>()
            .AddSingleton<Applications>().AddSingleton<RateWindows>();
    }
}
