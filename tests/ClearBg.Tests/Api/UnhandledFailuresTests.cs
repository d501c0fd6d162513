using System.Collections.Concurrent;
using System.Net;
using ClearBg.Cli;
using ClearBg.Storage;
using ClearBg.Tests.Segmentation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClearBg.Tests.Api;

public class UnhandledFailuresTests
{
    /// <summary>ASP.NET Core 10 logs nothing of an exception that a handler answered, unless it is told to: every 500 was silent.</summary>
    [Theory]
    [InlineData("/v1.0/boom", HttpStatusCode.InternalServerError)]
    [InlineData("/api/v1/boom", HttpStatusCode.BadGateway)]
    public async Task An_exception_is_logged_whole_and_told_to_nobody(string path, HttpStatusCode status)
    {
        using var folder = new TemporaryFolder();
        using var recorder = new Recorder();
        var builder = ServeCommand.CreateBuilder(["--urls=http://127.0.0.1:0", $"--Storage:Database={folder["clearbg.db"]}", "--Serilog:MinimumLevel:Default=Fatal"]);
        builder.Logging.AddProvider(recorder);
        await using var app = ServeCommand.Build(builder);
        app.MapGet(path, string () => throw new InvalidOperationException("secret"));
        await app.Services.GetRequiredService<Store>().MigrateAsync();
        await app.StartAsync();
        using var client = new HttpClient();

        using var response = await client.GetAsync(new Uri(new Uri(app.Urls.Single()), path));

        Assert.Equal(status, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync();
        Assert.Contains("\"internal_error\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);

        // The framework logs after it has answered.
        await Gateway.EventuallyAsync(() => !recorder.Errors.IsEmpty);
        Assert.Equal("secret", Assert.Single(recorder.Errors).Message);
        await app.StopAsync();
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<Exception> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error && exception is not null)
            {
                Errors.Enqueue(exception);
            }
        }

        public void Dispose()
        {
        }
    }
}
