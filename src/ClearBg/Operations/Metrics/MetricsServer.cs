using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClearBg.Operations.Metrics;

/// <summary>Where measurements can be read. Configuration section "Metrics".</summary>
internal sealed class MetricsOptions : IValidatableObject
{
    public const string Section = "Metrics";

    /// <summary>
    /// An address of its own for <c>GET /metrics</c>, such as <c>http://localhost:9464</c> or <c>http://*:9464</c>: whoever may call the APIs need not see it. Empty,
    /// the default: nowhere.
    /// </summary>
    public string Url { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url.Length > 0 && !IsAddress(Url))
        {
            yield return new ValidationResult($"{Section}:{nameof(Url)} must be an address to listen on, such as http://localhost:9464.", [nameof(Url)]);
        }
    }

    private static bool IsAddress(string text)
    {
        try
        {
            return BindingAddress.Parse(text) is { Scheme: "http", PathBase: "" };
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

/// <summary>Checks it at start.</summary>
[OptionsValidator]
internal sealed partial class MetricsOptionsValidator : IValidateOptions<MetricsOptions>;

/// <summary>Serves <c>GET /metrics</c> on its own address, where one is set.</summary>
internal sealed class MetricsServer(IOptions<MetricsOptions> options) : IHostedService
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private WebApplication? _app;

    /// <summary>Where it listens; null where it doesn't.</summary>
    public string? Address => _app?.Urls.Single();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Url.Length == 0)
        {
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(options.Value.Url);
        builder.Services.AddRoutingCore().AddSingleton<MetricsText>();
        _app = builder.Build();
        _app.MapGet("/metrics", static (MetricsText metrics) => Results.Text(metrics.Write(), ContentType));

        // From the beginning, not from the first look.
        _app.Services.GetRequiredService<MetricsText>();
        await _app.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
        {
            await _app.StopAsync(cancellationToken);
            await _app.DisposeAsync();
        }
    }
}

/// <summary>Registers it.</summary>
internal static class MetricsServices
{
    public static void AddMetricsServer(this IServiceCollection services)
    {
        services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MetricsOptions>, MetricsOptionsValidator>();
        services.AddSingleton<MetricsServer>().AddHostedService(static provider => provider.GetRequiredService<MetricsServer>());
    }
}
