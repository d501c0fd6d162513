using System.Data.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClearBg.Storage;

/// <summary>Registers the database.</summary>
internal static class StorageServices
{
    /// <summary>
    /// Adds <see cref="DbDataSource"/>, <see cref="Store"/> and <see cref="RateWindows"/>. Getting any of them opens the SQLite file, where that is what the settings
    /// say; call <see cref="Store.MigrateAsync(CancellationToken)"/> before anything else uses it.
    /// </summary>
    /// <remarks>What cannot be opened is a <see cref="StoreException"/>, a wrong section an <see cref="OptionsValidationException"/>.</remarks>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => Open(provider.GetRequiredService<IOptions<StorageOptions>>().Value));
        return services.AddSingleton<Store>().AddSingleton<RateWindows>();
    }

    private static DbDataSource Open(StorageOptions options) =>
        options.ConnectionString.Length > 0 ? PostgresSource.Open(options.ConnectionString) : SqliteSource.Open(options.Database);
}
