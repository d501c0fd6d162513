using System.CommandLine;
using System.Data.Common;
using ClearBg.Operations;
using ClearBg.Segmentation;
using ClearBg.Storage;

namespace ClearBg.Cli;

/// <summary>What a verb runs in: the server's configuration and services, without the server.</summary>
/// <param name="folder">Where <c>appsettings.json</c> is looked for; null stands for the working directory.</param>
/// <param name="streams">Where bytes that are no text come from and go to; null stands for the process's own.</param>
internal sealed class VerbHost(string? folder = null, StandardStreams? streams = null)
{
    /// <summary>
    /// The setting that no configuration file is watched: a watch would be put on every folder below the working directory (19,195 in /usr, measured), and
    /// nothing looks at an option twice.
    /// </summary>
    internal const string Unwatched = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>As the loader names it. Its own message is a list of every place that was looked at.</summary>
    private const string OnnxRuntime = "onnxruntime";

    public StandardStreams Streams { get; } = streams ?? StandardStreams.OfProcess;

    /// <summary>
    /// Runs <paramref name="verb"/> with the services it needs and returns its exit code; 2 when the configuration is wrong, 1 when the
    /// database, the model or a native library cannot be used, each with a sentence on standard error; 130 when it was interrupted.
    /// Warnings are logged there too: standard output belongs to the verb.
    /// </summary>
    public async Task<int> RunAsync(ParseResult command, Action<IServiceCollection> register, Func<IServiceProvider, Task<int>> verb)
    {
        var error = command.InvocationConfiguration.Error;
        try
        {
            // Of the server's kind: an environment that only the server reads (ASPNETCORE_ENVIRONMENT) must not lead a verb to other books.
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = folder, Args = [Unwatched] });
            builder.Logging.SetMinimumLevel(LogLevel.Warning).ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            register(builder.Services);
            await using var host = builder.Build();
            if (ConfigurationCheck.Mistakes(host.Services, builder.Services) is { Count: > 0 } mistakes)
            {
                await error.WriteLineAsync($"The configuration is wrong: {string.Join(" ", mistakes)}");
                return CommandLine.Misused;
            }

            return await verb(host.Services);
        }
        catch (InvalidDataException e)
        {
            await error.WriteLineAsync(Mistake(e));
            return CommandLine.Misused;
        }
        catch (Exception e) when (Breakage(e) is { } broken)
        {
            await error.WriteLineAsync(broken.Message);
            return CommandLine.Failed;
        }
        catch (OperationCanceledException)
        {
            return CommandLine.Interrupted;
        }
    }

    /// <summary>What is wrong with the configuration: "Failed to load configuration from file …" names the file, and only the innermost exception the place.</summary>
    public static string Mistake(InvalidDataException exception) =>
        exception.GetBaseException() is { } cause && cause != exception ? $"{exception.Message} {cause.Message}" : exception.Message;

    /// <summary>What keeps a verb from going on at all, with a message for whoever runs the installation; null for any other exception.</summary>
    /// <remarks>A library that is looked for in a static constructor, as ONNX Runtime's is, may be missed in a wrapper.</remarks>
    public static Exception? Breakage(Exception exception) => exception switch
    {
        StoreException or ModelException => exception,
        DllNotFoundException when exception.Message.Contains(OnnxRuntime, StringComparison.Ordinal) => new DllNotFoundException(
            $"ONNX Runtime's native library ({OnnxRuntime}) was not found. It belongs beside the program: build or publish again, or install what it links to (libstdc++).",
            exception),
        DllNotFoundException => exception,
        DbException => StoreException.From(exception),
        TypeInitializationException { InnerException: { } cause } => Breakage(cause),
        _ => null,
    };
}
