using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ClearBg.Cli;
using ClearBg.Tests.Imaging;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Api;

/// <summary>Request bodies take places while they are read and held: 1 MiB of them here, and as much again may wait.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private const int Megabyte = 1 << 20;

    private static readonly byte[] Disc = Pictures.Disc(120, 80);

    private Gateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Gateway.StartAsync("--Admission:UploadMegabytes=1");

    /// <summary>Whatever a test did: afterwards every byte and every place is free again.</summary>
    public async Task DisposeAsync()
    {
        await Gateway.EventuallyAsync(() => (_gateway.Pool.Rented, _gateway.Uploads.Inside, _gateway.Uploads.Waiting) == (0, 0, 0));
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task When_no_more_may_wait_the_answer_is_503_and_the_body_stays_unread()
    {
        using var inside = await _gateway.Uploads.EnterAsync(Megabyte, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var waiting = _gateway.Uploads.EnterAsync(Megabyte, stop.Token).AsTask();

        using var client = await SendAsync(Head(Megabyte / 4, "Expect: 100-continue\r\n"));
        var answer = await AnswerAsync(client);

        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Matches("Retry-After: ([1-9]|[1-5][0-9]|60)\r\n", answer);
        Assert.Contains("\"code\":\"overloaded\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("100 Continue", answer, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    /// <summary>One without a length takes all places; waiting for more beside them it would wait for itself.</summary>
    [Fact]
    public async Task A_request_that_points_to_its_picture_does_not_wait_behind_itself()
    {
        using var body = new StringContent("""{"image_url":"http://127.0.0.1/picture.png"}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.0/removebg") { Content = body, Headers = { TransferEncodingChunked = true } };

        Assert.Equal((400, "failed_image_download"), await Gateway.RefusalAsync(await _gateway.Client.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(20))));
    }

    [Fact]
    public async Task A_body_waits_unread_until_there_is_room()
    {
        var inside = await _gateway.Uploads.EnterAsync(Megabyte, CancellationToken.None);
        var answer = _gateway.PostAsync(Gateway.Form(Disc));
        await Gateway.EventuallyAsync(() => _gateway.Uploads.Waiting > 0);
        Assert.Equal(0, _gateway.Pool.Rented);

        inside.Dispose();

        using var served = await answer;
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Theory]
    [InlineData("Content-Length: 600000\r\n", "", 3 * Megabyte / 4)]
    [InlineData("Transfer-Encoding: chunked\r\n", "400\r\n", Megabyte)]
    public async Task A_client_that_hangs_up_during_its_upload_frees_its_place(string length, string start, long place)
    {
        using (await SendAsync(Head(null, length), Encoding.ASCII.GetBytes(start + "--xyz\r\nContent-Disposition: form-data; name=\"image_file\"\r\n\r\nhalf a picture")))
        {
            await Gateway.EventuallyAsync(() => _gateway.Pool.Rented > 0);
            Assert.Equal(place, _gateway.Uploads.Inside);
        }

        await Gateway.EventuallyAsync(() => _gateway.Uploads.Inside == 0);
    }

    [Fact]
    public async Task A_client_that_hangs_up_while_it_waits_gives_up_its_place()
    {
        using var inside = await _gateway.Uploads.EnterAsync(Megabyte, CancellationToken.None);
        using (await SendAsync(Head(600_000)))
        {
            await Gateway.EventuallyAsync(() => _gateway.Uploads.Waiting > 0);
        }

        await Gateway.EventuallyAsync(() => _gateway.Uploads.Waiting == 0);
    }

    /// <summary>The picture's bytes are in memory all that time.</summary>
    [Fact]
    public async Task The_place_is_kept_while_the_picture_is_worked_on()
    {
        var endless = Pictures.Disc(64, 64, level: 255, ground: 255);
        using var stop = new CancellationTokenSource();
        using var form = Gateway.Form(endless);
        var answer = _gateway.Client.PostAsync(new Uri("/v1.0/removebg", UriKind.Relative), form, stop.Token);

        // The form's first buffer has 64 KiB; only with the model's input beside it, 48 KiB, has the work begun.
        await Gateway.EventuallyAsync(() => _gateway.Pool.Rented >= (64 + 48) * 1024);

        Assert.Equal(Megabyte / 4, _gateway.Uploads.Inside);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Theory]
    [InlineData(true, 400, "file_too_large")]
    [InlineData(false, 401, "auth_failed")]
    public async Task What_is_refused_by_its_head_needs_no_place(bool hasKey, int status, string code)
    {
        using var inside = await _gateway.Uploads.EnterAsync(Megabyte, CancellationToken.None);

        using var client = await SendAsync(Head(100L << 20, key: hasKey));
        var answer = await AnswerAsync(client);

        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} "), answer, StringComparison.Ordinal);
        Assert.Contains(code, answer, StringComparison.Ordinal);
    }

    /// <summary>Otherwise a few hundred patient clients would hold every place for days.</summary>
    [Fact]
    public void A_slow_upload_ends()
    {
        using var services = ServeCommand.CreateBuilder([]).Services.BuildServiceProvider();

        var limits = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

        Assert.InRange(limits.MinRequestBodyDataRate!.BytesPerSecond, 4_000, 10_000);
        Assert.InRange(limits.MaxRequestBufferSize!.Value, 64 * 1024, 256 * 1024);
    }

    private byte[] Head(long? length, string headers = "", bool key = true) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"POST /v1.0/removebg HTTP/1.1\r\nHost: x\r\n{(key ? $"X-Api-Key: {_gateway.Key}\r\n" : "")}Content-Type: multipart/form-data; boundary=xyz\r\n{(length is null ? "" : $"Content-Length: {length}\r\n")}{headers}\r\n"));

    private async Task<TcpClient> SendAsync(params byte[][] parts)
    {
        var client = new TcpClient(_gateway.Address.Host, _gateway.Address.Port);
        foreach (var part in parts)
        {
            await client.GetStream().WriteAsync(part);
        }

        return client;
    }

    /// <summary>Whatever comes until a refusal's JSON has ended.</summary>
    private static async Task<string> AnswerAsync(TcpClient client)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!text.ToString().EndsWith("]}", StringComparison.Ordinal))
        {
            var read = await client.GetStream().ReadAsync(buffer, patience.Token);
            Assert.True(read > 0, $"The connection ended after: {text}");
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return text.ToString();
    }
}
