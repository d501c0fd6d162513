using System.Collections.Concurrent;
using System.Net;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClearBg.Tests.Intake;

/// <summary>The download as the program registers it. Only names are a test's own; sockets are real. Nothing here may send a packet off the machine.</summary>
internal sealed class Fetching : IDisposable
{
    /// <summary>What is said of every host that couldn't be had, whyever.</summary>
    public const string Unavailable = "The URL could not be reached.";

    private readonly ServiceProvider _services;
    private readonly ListLog _log = new();

    /// <param name="names">Resolves a name the first time, the second time and so on; null for one that always gives 127.0.0.1.</param>
    /// <param name="allowed">Separated by commas.</param>
    /// <param name="time">The clock of the deadline.</param>
    public Fetching(Func<int, string[]>? names = null, string allowed = "127.0.0.1/32", TimeProvider? time = null)
        : this((_, _) => Task.FromResult<string[]>(["127.0.0.1"]), names, allowed, time)
    {
    }

    /// <summary>As the other, with a resolver that may take its time or fail.</summary>
    public Fetching(Func<string, CancellationToken, Task<string[]>> resolver, string allowed = "127.0.0.1/32", TimeProvider? time = null)
        : this(resolver, null, allowed, time)
    {
    }

    private Fetching(Func<string, CancellationToken, Task<string[]>> resolver, Func<int, string[]>? names, string allowed, TimeProvider? time)
    {
        var configuration = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Intake:MaxBytes"] = "100000" };
        foreach (var (index, network) in allowed.Split(',', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            configuration[$"Fetch:AllowedNetworks:{index}"] = network;
        }

        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build())
            .AddLogging()
            .AddRemoval()
            .AddSingleton(time ?? TimeProvider.System)
            .AddSingleton<ILogger<PictureDownload>>(_log)
            .AddSingleton<NameResolution>(async (host, cancellation) =>
            {
                Lookups.Enqueue(host);
                return [.. (names?.Invoke(Lookups.Count) ?? await resolver(host, cancellation)).Select(IPAddress.Parse)];
            })
            .BuildServiceProvider();
    }

    public BufferPool Pool => _services.GetRequiredService<BufferPool>();

    /// <summary>Names that were resolved.</summary>
    public ConcurrentQueue<string> Lookups { get; } = [];

    /// <summary>What an operator gets to read.</summary>
    public string Log => string.Join('\n', _log.Lines);

    public async Task<(FailureCode? Code, string? Detail, byte[]? Bytes)> FetchAsync(string url, UrlField? field = null, CancellationToken cancellation = default)
    {
        var outcome = await _services.GetRequiredService<PictureDownload>().FetchAsync(url, field ?? UrlField.Image, cancellation);
        if (!outcome.Succeeded(out var picture, out var failure))
        {
            return (failure.Code, failure.Detail, null);
        }

        using (picture)
        {
            return (null, null, picture.Bytes.ToArray());
        }
    }

    /// <summary>Fails unless the URL is refused with the one sentence, for this reason in the log.</summary>
    public async Task RefusesAsync(string url, string reason)
    {
        Assert.Equal((FailureCode.FailedImageDownload, Unavailable, null), await FetchAsync(url));
        Assert.EndsWith(reason, Log, StringComparison.Ordinal);
    }

    /// <summary>Whatever a test did: no memory stays behind.</summary>
    public void Dispose()
    {
        Assert.Equal(0, Pool.Rented);
        _services.Dispose();
    }

    private sealed class ListLog : ILogger<PictureDownload>
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
