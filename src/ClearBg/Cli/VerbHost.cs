using System.CommandLine;
using ClearBg.Credits;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary>What a verb runs in: the server's configuration and services, without the server.</summary>
/// <param name="folder">Where <c>appsettings.json</c> is looked for; null stands for the working directory.</param>
internal sealed class VerbHost(string? folder = null)
{
    /// <summary>
    /// Runs <paramref name="verb"/> with the services it needs and returns its exit code; 2 when the configuration is wrong, 1 when the
    /// database cannot be used, each with a sentence on standard error. Logs go there too: standard output belongs to the verb.
    /// </summary>
    public async Task<int> RunAsync(ParseResult command, Action<IServiceCollection> register, Func<IServiceProvider, Task<int>> verb)
    {
        var error = command.InvocationConfiguration.Error;
        try
        {
            // The server's own builder: an environment that only the server reads (ASPNETCORE_ENVIRONMENT) must not lead a verb to other books.
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder });
            builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            register(builder.Services);
            await using var host = builder.Build();
            return await verb(host.Services);
        }
        catch (Exception e) when (e is OptionsValidationException or InvalidDataException)
        {
            await error.WriteLineAsync(e.Message);
            return CommandLine.Misused;
        }
        catch (StoreException e)
        {
            await error.WriteLineAsync(e.Message);
            return CommandLine.Failed;
        }
    }
}
