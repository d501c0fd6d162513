using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using ClearBg.Api;
using ClearBg.Api.OpenApi;
using ClearBg.Credits;
using ClearBg.Imaging.Vips;
using ClearBg.Jobs;
using ClearBg.Operations;
using ClearBg.Operations.Metrics;
using ClearBg.Payments;
using ClearBg.Segmentation;
using ClearBg.Storage;

namespace ClearBg.Cli;

/// <summary><c>serve</c>, also without a verb: the gateway. Every <c>--Section:Setting=value</c> is a setting, as in every ASP.NET Core program.</summary>
internal static class ServeCommand
{
    /// <summary>Each of these settings says where to listen; with none of them it is localhost, port 8080.</summary>
    private static readonly string[] Addresses = ["urls", "http_ports", "https_ports", "Kestrel:Endpoints"];

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
            await error.WriteLineAsync($"{Quotation.Of(stray)} is neither a verb nor a setting. See ClearBg --help.");
            return CommandLine.Misused;
        }

        var headStart = HeadStart.Begin();
        try
        {
            // Loading the library takes 40 to 80 ms, beside which the configuration can be read.
            _ = Task.Run(OnnxTelemetry.TurnOff, cancellation);
            var builder = CreateBuilder([.. line.UnmatchedTokens]);
            await using var app = Build(builder);
            if (ConfigurationCheck.Mistakes(app.Services, builder.Services) is { Count: > 0 } mistakes)
            {
                await error.WriteLineAsync($"The configuration is wrong: {string.Join(" ", mistakes)}");
                return CommandLine.Misused;
            }

            await ServeAsync(app, output, cancellation);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Told to stop before it was up.
            return 0;
        }
        catch (InvalidDataException exception)
        {
            await error.WriteLineAsync(VerbHost.Mistake(exception));
            return CommandLine.Misused;
        }
        catch (Exception exception) when ((exception as ListenException ?? VerbHost.Breakage(exception)) is { } broken)
        {
            await error.WriteLineAsync(broken.Message);
            return CommandLine.Failed;
        }
        finally
        {
            await headStart.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private static async Task ServeAsync(WebApplication app, TextWriter output, CancellationToken cancellation)
    {
        var welcome = new Welcome(output);
        var model = app.Services.GetRequiredService<SharedModel>();
        model.Progress = welcome;
        var loading = model.LoadedAsync(cancellation);

        // The model doesn't need it, and so a gateway without it would call itself ready and answer every picture with 500.
        await Task.Run(VipsLibrary.Start, cancellation);
        await app.Services.GetRequiredService<Store>().MigrateAsync(cancellation);
        await ListenAsync(app, cancellation);
        var stopped = app.WaitForShutdownAsync(cancellation);
        if (await Task.WhenAny(loading, stopped) == loading)
        {
            await loading;

            // Last, and said at once: a key made before something else fails would be lost, for it is shown only this once.
            var key = await app.Services.GetRequiredService<FirstAccount>().EnsureAsync(cancellation: cancellation);
            welcome.Ready(app.Urls, model.Description, key?.Reveal());
        }

        await stopped;
    }

    private static async Task ListenAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or CryptographicException or FileNotFoundException)
        {
            // "Invalid url: 'nonsense'", an endpoint without a certificate, a certificate that isn't there.
            throw new InvalidDataException("The addresses to listen on are wrong.", exception);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // "Failed to bind to address http://127.0.0.1:8080: address already in use."
            throw new ListenException($"{exception.Message.TrimEnd('.')}. Set --urls (or Metrics:Url) to another address, or stop what uses this one.", exception);
        }
    }

    /// <summary>Everything registered; tests start here too.</summary>
    internal static WebApplicationBuilder CreateBuilder(string[] settings)
    {
        var builder = WebApplication.CreateBuilder([VerbHost.Unwatched, .. settings]);
        if (!Addresses.Any(key => builder.Configuration.GetSection(key).Exists()))
        {
            builder.WebHost.UseUrls("http://localhost:8080");
        }

        builder.AddLogs();
        builder.AddLimits();
        builder.Services.AddStorage().AddCredits().AddCreditsUpkeep();
        builder.Services.AddPayments().AddPaymentsUpkeep();
        builder.Services.AddRemoval();
        builder.Services.AddApis();
        builder.Services.AddProxies();
        builder.Services.AddMetricsServer();
        return builder;
    }

    internal static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.UseForwardedHeaders();
        app.UseRequestIds();
        app.UseCrossOrigin();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // An answered exception is still a bug: without this the framework would log nothing of it.
            SuppressDiagnosticsCallback = static _ => false,

            // Asked for, but never reached: UnhandledFailures answers everything.
            ExceptionHandler = static _ => Task.CompletedTask,
        });
        app.UseSurfaceFailures();
        app.MapHealth();
        app.MapRemoveBg();
        app.MapMonitor();
        app.MapPayments();
        app.MapOpenApi();
        return app;
    }

    private sealed class ListenException(string message, Exception cause) : Exception(message, cause);
}
