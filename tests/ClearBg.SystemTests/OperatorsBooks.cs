using ClearBg.Credits;
using ClearBg.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClearBg.SystemTests;

/// <summary>The books of a gateway that runs, opened by a second process, which is what its operator's commands are.</summary>
internal sealed class OperatorsBooks : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="folder">The gateway's working directory.</param>
    public OperatorsBooks(string folder)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Storage:Database"] = Path.Combine(folder, "data", "clearbg.db") };
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging()
            .AddStorage()
            .AddCredits()
            .BuildServiceProvider();
    }

    /// <summary>A new application of the Monitor API.</summary>
    public async Task<NewApplication> CreateApplicationAsync(long dailyLimit) =>
        (await _services.GetRequiredService<Applications>().CreateAsync(Guid.NewGuid().ToString(), dailyLimit))!;

    /// <summary>Turns an application off.</summary>
    public Task DisableAsync(Application application) => _services.GetRequiredService<Applications>().ChangeAsync(application.Id, isEnabled: false, dailyLimit: null);

    /// <summary>The key of a new account for an application, with so many credits.</summary>
    public async Task<string> CreateUserAsync(Application application, int credits)
    {
        var account = (await _services.GetRequiredService<Accounts>().CreateAsync(Guid.NewGuid().ToString()))!;
        if (credits > 0)
        {
            await _services.GetRequiredService<CreditLedger>().GrantAsync(account.Id, Fund.PayAsYouGo, new CreditAmount(1000L * credits), "test");
        }

        return (await _services.GetRequiredService<ApiKeys>().CreateAsync(account.Id, "test", application.Id)).Reveal();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
