using System.Globalization;
using ClearBg.Imaging.Vips;
using Serilog;
using Serilog.Events;

namespace ClearBg.Operations;

/// <summary>Logs: Serilog to standard output, everything about it settable in section <c>Serilog</c>.</summary>
internal static class Logs
{
    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {RequestId} {NewLine}{Exception}";

    /// <summary>The host's own words when it cannot listen, with a stack trace; whoever started it says it in a sentence.</summary>
    private const string StartFailed = "Hosting failed to start";

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        var logger = CreateLogger(builder.Configuration);
        builder.Logging.ClearProviders().AddSerilog(logger, dispose: true);

        // Corrupt pictures make libvips talk; the pipeline says what came of it.
        VipsLibrary.Warned = message => logger.Debug("libvips: {Message}", message);
    }

    /// <exception cref="InvalidDataException">Section <c>Serilog</c> is wrong: a level that doesn't exist, for example.</exception>
    private static Serilog.Core.Logger CreateLogger(IConfiguration configuration)
    {
        try
        {
            return new LoggerConfiguration()
                .MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .Enrich.FromLogContext()
                .Filter.ByExcluding(static entry => string.Equals(entry.MessageTemplate.Text, StartFailed, StringComparison.Ordinal))
                .WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture)
                .ReadFrom.Configuration(configuration)
                .CreateLogger();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException)
        {
            throw new InvalidDataException("Section Serilog of the configuration is wrong.", exception);
        }
    }
}
