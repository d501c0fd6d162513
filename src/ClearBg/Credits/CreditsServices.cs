using System.Data.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClearBg.Credits;

/// <summary>Registers the database and what is kept in it.</summary>
internal static class CreditsServices
{
    /// <summary>
    /// Adds <see cref="Store"/>, <see cref="Accounts"/>, <see cref="ApiKeys"/>, <see cref="FirstAccount"/>, <see cref="Applications"/>, <see cref="CreditLedger"/>,
    /// <see cref="IdempotencyKeys"/> and <see cref="RateWindows"/>. Getting any of them opens the SQLite file, where that is what the settings say; call <see cref="Store.MigrateAsync(CancellationToken)"/> before the others.
    /// </summary>
    /// <remarks>What cannot be opened is a <see cref="StoreException"/>, a wrong section an <see cref="OptionsValidationException"/>.</remarks>
    public static IServiceCollection AddCredits(this IServiceCollection services)
    {
        services.AddOptions<CreditsOptions>().BindConfiguration(CreditsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CreditsOptions>, CreditsOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => Open(provider.GetRequiredService<IOptions<CreditsOptions>>().Value));
        services.AddSingleton<Store>().AddSingleton<Accounts>().AddSingleton<ApiKeys>().AddSingleton<FirstAccount>().AddSingleton<Applications>();
        return services.AddSingleton<CreditLedger>().AddSingleton<IdempotencyKeys>().AddSingleton<RateWindows>();
    }

    /// <summary>Adds what a server does about them by itself, beside <see cref="AddCredits"/>: <see cref="HoldSweeper"/>.</summary>
    public static IServiceCollection AddCreditsUpkeep(this IServiceCollection services) => services.AddHostedService<HoldSweeper>();

    private static DbDataSource Open(CreditsOptions options) =>
        options.ConnectionString.Length > 0 ? PostgresSource.Open(options.ConnectionString) : SqliteSource.Open(options.Database);
}
