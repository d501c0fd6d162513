using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using ClearBg.SystemTests.Injected;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

/// <summary>
/// What the runtime runs before the program's own first line, where <see cref="Variable"/> names this assembly
/// (https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md, which also gives the class its name and keeps it out of
/// namespaces). When the program builds its host, its database gets one before it whose statements are <see cref="Steps"/>, and its clock runs ahead.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "MA0047:Declare types in namespaces", Justification = "The runtime wants it so.")]
internal sealed class StartupHook : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    /// <summary>The environment variable with the path of an assembly.</summary>
    public const string Variable = "DOTNET_STARTUP_HOOKS";

    /// <summary>The environment variable with the minutes that the program's clock is ahead of the machine's.</summary>
    public const string MinutesAhead = "CLEARBG_TEST_MINUTES_AHEAD";

    public static void Initialize() => DiagnosticListener.AllListeners.Subscribe(new StartupHook());

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.Extensions.Hosting")
        {
            value.Subscribe(this);
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: "HostBuilding", Value: IHostBuilder host })
        {
            host.ConfigureServices(Replace);
        }
    }

    public void OnCompleted()
    {
        // Nothing is kept.
    }

    public void OnError(Exception error) => throw error;

    private static void Replace(IServiceCollection services)
    {
        var opening = services.Single(static service => service.ServiceType == typeof(DbDataSource)).ImplementationFactory!;
        services.AddSingleton<DbDataSource>(provider => new SteppedSource((DbDataSource)opening(provider)));
        var minutes = int.Parse(Environment.GetEnvironmentVariable(MinutesAhead) ?? "0", CultureInfo.InvariantCulture);
        services.AddSingleton<TimeProvider>(new AheadClock(minutes));
        services.AddSingleton<IStartupFilter, SteppedRequests>();
    }

    private sealed class AheadClock(int minutes) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMinutes(minutes);
    }
}
