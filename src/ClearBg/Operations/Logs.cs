using System.Globalization;
using ClearBg.Imaging.Vips;
using Serilog;
using Serilog.Events;

namespace ClearBg.Operations;

/// <summary>Logs: Serilog to standard output, everything about it settable in section <c>Serilog</c>.</summary>
internal static class Logs
{
    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {NewLine}{Exception}";

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .Enrich.FromLogContext()
            .WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture)
            .ReadFrom.Configuration(builder.Configuration)
            .CreateLogger();
        builder.Logging.ClearProviders().AddSerilog(logger, dispose: true);

        // Corrupt pictures make libvips talk; the pipeline says what came of it.
        VipsLibrary.Warned = message => logger.Debug("libvips: {Message}", message);
    }
}
