using System.CommandLine;
using ClearBg.Api;
using ClearBg.Credits;
using ClearBg.Jobs;
using ClearBg.Operations;
using ClearBg.Segmentation;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary><c>serve</c>, also without a verb: the gateway. Every <c>--Section:Setting=value</c> is a setting, as in every ASP.NET Core program.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var verb = new Command("serve", "Runs the gateway (also without a verb). Settings can follow as --Section:Setting=value.") { TreatUnmatchedTokensAsErrors = false };
        verb.SetAction(RunAsync);
        return verb;
    }

    /// <summary>Runs until the process is told to stop. Exit code 2 for a wrong command line or configuration, 1 when something that it needs is broken.</summary>
    public static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var (output, error) = (line.InvocationConfiguration.Output, line.InvocationConfiguration.Error);
        if (FirstStray(line.UnmatchedTokens) is { } stray)
        {
            await error.WriteLineAsync($"'{stray}' is neither a verb nor a setting. See ClearBg --help.");
            return CommandLine.Misused;
        }

        try
        {
            await using var app = Build([.. line.UnmatchedTokens]);
            var welcome = new Welcome(output, await FirstKeyAsync(app.Services, cancellation));
            var model = app.Services.GetRequiredService<SharedModel>();
            model.Progress = welcome;
            var loading = model.LoadedAsync(cancellation);
            await app.StartAsync(cancellation);
            await Task.WhenAny(loading, app.WaitForShutdownAsync(cancellation));
            if (loading.IsCompleted)
            {
                await loading;
                welcome.Ready(app.Urls);
            }

            await app.WaitForShutdownAsync(cancellation);
            return 0;
        }
        catch (OptionsValidationException exception)
        {
            await error.WriteLineAsync($"The configuration is wrong: {string.Join(" ", exception.Failures)}");
            return CommandLine.Misused;
        }
        catch (Exception exception) when (exception is StoreException or ModelException or DllNotFoundException)
        {
            await error.WriteLineAsync(exception.Message);
            return CommandLine.Failed;
        }
    }

    /// <summary>Settings are <c>--name=value</c> or <c>--name value</c>; the first token that is neither is a mistyped verb.</summary>
    private static string? FirstStray(IReadOnlyList<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!IsName(tokens[i]))
            {
                return tokens[i];
            }

            if (!tokens[i].Contains('=') && i + 1 < tokens.Count && !IsName(tokens[i + 1]))
            {
                i++;
            }
        }

        return null;

        static bool IsName(string token) => token.StartsWith("--", StringComparison.Ordinal);
    }

    private static WebApplication Build(string[] settings)
    {
        var builder = WebApplication.CreateBuilder(settings);
        if (builder.Configuration["urls"] is null && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls("http://localhost:8080");
        }

        builder.AddLogs();
        builder.AddLimits();
        builder.Services.AddCredits();
        builder.Services.AddRemoval();
        builder.Services.AddExceptionHandler<UnhandledFailures>();

        var app = builder.Build();
        app.UseExceptionHandler(static _ => { });
        app.MapHealth();
        app.MapRemoveBg();
        return app;
    }

    private static async Task<string?> FirstKeyAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await services.GetRequiredService<Store>().MigrateAsync(cancellation);
        return (await services.GetRequiredService<FirstAccount>().EnsureAsync(cancellation: cancellation))?.Reveal();
    }
}
