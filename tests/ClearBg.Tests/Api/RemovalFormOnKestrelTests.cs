using System.Net.Sockets;
using System.Text;
using ClearBg.Api;
using ClearBg.Imaging;
using ClearBg.Intake;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClearBg.Tests.Api;

/// <summary>What only a real server does: its own body limit, chunks, and clients that go away.</summary>
public sealed class RemovalFormOnKestrelTests : IAsyncLifetime, IDisposable
{
    private static readonly IntakeOptions Limits = new() { MaxBytes = 200_000 };

    private readonly BufferPool _pool = new(1 << 30);
    private readonly TaskCompletionSource<string> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;

    private Uri Address => new(_app!.Urls.Single());

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/", async (HttpContext context) =>
        {
            try
            {
                // Not RequestAborted: what a reset connection throws by itself is what is looked at.
                var outcome = await RemovalForm.ReadAsync(context.Request, _pool, Limits, CancellationToken.None);
                var answer = outcome.Succeeded(out var form, out var failure) ? $"{form.Picture!.Length} bytes" : failure.Code.ToString();
                form?.Dispose();
                _outcome.TrySetResult(answer);
                return answer;
            }
            catch (Exception exception)
            {
                _outcome.TrySetResult(exception.ToString());
                throw;
            }
        });
        await _app.StartAsync();
    }

    public async Task DisposeAsync() => await _app!.DisposeAsync();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(200_000, "200000 bytes")]
    [InlineData(200_001, "FileTooLarge")]
    public async Task Takes_chunked_uploads_up_to_the_limit(int bytes, string expected) => Assert.Equal(expected, await PostAsync("image_file", bytes));

    [Fact]
    public async Task Answers_as_ever_when_the_servers_own_limit_stops_the_body() => Assert.Equal("FileTooLarge", await PostAsync("stray", 1_500_000));

    [Fact]
    public async Task A_client_that_goes_away_leaves_a_refusal_behind_and_no_exception()
    {
        using (var client = new TcpClient(Address.Host, Address.Port))
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: 1000\r\n\r\n"
                + "--xyz\r\nContent-Disposition: form-data; name=\"image_file\"\r\n\r\nhalf a pic"));
        }

        Assert.Equal("InvalidRequest", await _outcome.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    private async Task<string> PostAsync(string name, int bytes)
    {
        using var client = new HttpClient();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[bytes]), name, "a.bin" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = form, Headers = { TransferEncodingChunked = true } };
        using var response = await client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
