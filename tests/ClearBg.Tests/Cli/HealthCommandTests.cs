using System.CommandLine;
using ClearBg.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClearBg.Tests.Cli;

/// <summary>The verb against something that isn't the gateway, and the words for what keeps any verb from running.</summary>
public class HealthCommandTests
{
    [Fact]
    public async Task What_a_stranger_answers_cannot_act_on_the_terminal_or_fill_it()
    {
        await using var stranger = await StartAsync("\u001b[2J\u202E" + new string('x', 5_000));

        var (code, error) = await RunAsync(stranger.Urls.Single(), CancellationToken.None);

        Assert.Equal(1, code);
        Assert.Contains("is not ready: \uFFFD[2J\uFFFDxxx", error, StringComparison.Ordinal);
        Assert.InRange(error.Length, 200, 300);
    }

    [Fact]
    public async Task An_answer_without_end_is_none()
    {
        await using var stranger = await StartAsync(new string('x', 100_000));

        var (code, error) = await RunAsync(stranger.Urls.Single(), CancellationToken.None);

        Assert.Equal(1, code);
        Assert.Contains("does not answer", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_question_exits_with_130()
    {
        await using var stranger = await StartAsync("late");

        var (code, error) = await RunAsync(stranger.Urls.Single(), new CancellationToken(canceled: true));

        Assert.Equal((130, ""), (code, error));
    }

    /// <summary>The loader's own message is a list of every place that was looked at, a dozen lines.</summary>
    [Fact]
    public void A_missing_ONNX_Runtime_is_said_in_one_line()
    {
        var missing = new DllNotFoundException("Unable to load shared library 'onnxruntime' or one of its dependencies.\n/app/libonnxruntime.so: cannot open\n/app/onnxruntime: cannot open");

        var broken = VerbHost.Breakage(new TypeInitializationException("NativeMethods", missing));

        Assert.Contains("ONNX Runtime", broken?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', broken!.Message);
        Assert.Equal("libvips is missing", VerbHost.Breakage(new DllNotFoundException("libvips is missing"))?.Message);
        Assert.Null(VerbHost.Breakage(new InvalidOperationException()));
    }

    private static async Task<(int Code, string Error)> RunAsync(string url, CancellationToken cancellation)
    {
        using var error = new StringWriter();
        var code = await HealthCommand.Create().Parse(["--url", url]).InvokeAsync(new InvocationConfiguration { Output = TextWriter.Null, Error = error }, cancellation);
        return (code, error.ToString());
    }

    private static async Task<WebApplication> StartAsync(string answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/health/ready", () => TypedResults.Text(answer, statusCode: StatusCodes.Status503ServiceUnavailable));
        await app.StartAsync();
        return app;
    }
}
