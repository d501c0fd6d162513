using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ClearBg.Imaging;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Intake;

namespace ClearBg.Tests.Api;

/// <summary>The first surface end to end, over sockets: what a client sends and what it gets.</summary>
public sealed class RemoveBgApiTests : IAsyncLifetime
{
    private static readonly byte[] Disc = Pictures.Disc(120, 80);

    private Gateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Gateway.StartAsync("--Admission:Megapixels=4", "--Admission:QueuedMegapixels=4");

    /// <summary>Whatever a test did: afterwards every buffer and every place is free again.</summary>
    public async Task DisposeAsync()
    {
        await Gateway.EventuallyAsync(() => _gateway.Pool.Rented == 0 && _gateway.Uploads.Inside == 0);
        using (var everything = await _gateway.Gate.EnterAsync(4_000_000, CancellationToken.None))
        {
            Assert.True(everything.IsAcquired);
        }

        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_cut_out_comes_with_its_length_and_what_clients_read_from_headers()
    {
        using var response = await _gateway.PostAsync(Gateway.Form(Disc));

        var content = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal((HttpStatusCode.OK, "image/png"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Equal(content.Length, response.Content.Headers.ContentLength);
        Assert.Equal(("120", "80", "other"), (Header("X-Width"), Header("X-Height"), Header("X-Type")));
        Assert.InRange(Number("X-Foreground-Left"), 36, 42);
        Assert.InRange(Number("X-Foreground-Top"), 16, 22);
        Assert.InRange(Number("X-Foreground-Width"), 37, 46);
        Assert.InRange(Number("X-Foreground-Height"), 37, 46);
        Assert.Matches(@"^queue;dur=\d+\.\d, decode;dur=\d+\.\d, infer;dur=\d+\.\d, resize;dur=\d+\.\d, refine;dur=\d+\.\d, compose;dur=\d+\.\d, encode;dur=\d+\.\d$", Header("Server-Timing"));
        Assert.False(response.Headers.Contains("Server"));

        using var pool = new BufferPool(0);
        using var decoded = new ClearBg.Imaging.Decoder(pool).Decode(PictureFormat.Png, content, (120, 80), CancellationToken.None);
        Assert.Equal((120, 80, 4), (decoded.Pixels.Width, decoded.Pixels.Height, decoded.Pixels.Bands));
        Assert.Equal(0, decoded.Pixels.Row(2)[3]);
        Assert.InRange(decoded.Pixels.Row(40)[(4 * 60) + 3], 230, 255);

        string Header(string name) => Assert.Single(response.Headers.GetValues(name));
        int Number(string name) => int.Parse(Header(name), CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("jpg", "image/jpeg")]
    [InlineData("webp", "image/webp")]
    [InlineData("zip", "application/zip")]
    [InlineData("auto", "image/png")]
    public async Task Every_format_has_its_media_type(string format, string type)
    {
        using var response = await _gateway.PostAsync(Gateway.Form(Disc), ("format", format), ("size", "preview"), ("stray", "x"));

        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Equal((await response.Content.ReadAsByteArrayAsync()).Length, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task The_foreground_is_told_in_the_uncropped_frame()
    {
        using var whole = await _gateway.PostAsync(Gateway.Form(Disc));
        using var cropped = await _gateway.PostAsync(Gateway.Form(Disc), ("crop", "true"), ("crop_margin", "10px"));

        foreach (var name in new[] { "X-Foreground-Left", "X-Foreground-Top", "X-Foreground-Width", "X-Foreground-Height" })
        {
            Assert.Equal(whole.Headers.GetValues(name), cropped.Headers.GetValues(name));
        }

        var width = int.Parse(Assert.Single(cropped.Headers.GetValues("X-Foreground-Width")), CultureInfo.InvariantCulture);
        Assert.Equal((width + 20).ToString(CultureInfo.InvariantCulture), Assert.Single(cropped.Headers.GetValues("X-Width")));
    }

    [Theory]
    [InlineData("picture.jpg", "image/jpeg")]
    [InlineData("picture.txt", "text/plain")]
    [InlineData("../../etc/passwd", null)]
    public async Task Neither_the_files_name_nor_its_type_matters(string name, string? type)
    {
        using var response = await _gateway.PostAsync(Gateway.Form(Disc, fileName: name, type: type));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static readonly Dictionary<string, (byte[] Picture, string Field, string Code)> BadPictures = new(StringComparer.Ordinal)
    {
        ["empty"] = ([], "image_file", "missing_source"),
        ["a truncated PNG"] = (Disc[..(Disc.Length / 2)], "image_file", "failed_to_read_image"),
        ["a truncated JPEG"] = (PictureFiles.Real(PictureFormat.Jpeg)[..^20], "image_file", "failed_to_read_image"),
        ["text"] = ("This is no picture at all, whatever its name says."u8.ToArray(), "image_file", "invalid_file_type"),
        ["a signature alone"] = ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image_file", "failed_to_read_image"),
        ["a line of 500,000,000 pixels"] = (PictureFiles.Png(1, 500_000_000), "image_file", "invalid_dimensions"),
        ["10,001 pixels wide"] = (PictureFiles.Png(10_001, 5), "image_file", "invalid_dimensions"),
        ["10,001 pixels high"] = (PictureFiles.Png(5, 10_001), "image_file", "invalid_dimensions"),
        ["no pixels"] = (PictureFiles.Png(0, 7), "image_file", "invalid_dimensions"),
        ["51 megapixels"] = (PictureFiles.Png(8_500, 6_000), "image_file", "resolution_too_high"),
        ["under another field"] = (Disc, "image", "missing_source"),
        ["26 MB"] = (new byte[26 << 20], "image_file", "file_too_large"),
        ["27 MB"] = (new byte[27 << 20], "image_file", "file_too_large"),
        ["all grey"] = (Pictures.Disc(60, 60, level: 90, ground: 90), "image_file", "unknown_foreground"),
    };

    public static TheoryData<string> BadPictureNames => [.. BadPictures.Keys];

    [Theory]
    [MemberData(nameof(BadPictureNames))]
    public async Task Refuses_bad_pictures(string name)
    {
        var (picture, field, code) = BadPictures[name];

        Assert.Equal((400, code), await Gateway.RefusalAsync(await _gateway.PostAsync(Gateway.Form(picture, field, "innocent.png", "image/png"))));
    }

    [Theory]
    [InlineData("bg_color", "bleu", "invalid_bg_color")]
    [InlineData("bg_color", "#12345", "invalid_bg_color")]
    [InlineData("crop_margin", "-1px", "invalid_crop_margin")]
    [InlineData("crop_margin", "1px 2px 3px", "invalid_crop_margin")]
    [InlineData("crop_margin", "51%", "invalid_crop_margin")]
    [InlineData("scale", "9%", "invalid_scale")]
    [InlineData("scale", "NaN%", "invalid_scale")]
    [InlineData("position", "101%", "invalid_position")]
    [InlineData("size", "huge", "invalid_size")]
    [InlineData("format", "gif", "invalid_format")]
    [InlineData("channels", "cmyk", "invalid_channels")]
    [InlineData("crop", "perhaps", "invalid_crop")]
    public async Task Refuses_bad_parameters(string name, string value, string code) =>
        Assert.Equal((400, code), await Gateway.RefusalAsync(await _gateway.PostAsync(Gateway.Form(Disc), (name, value))));

    [Fact]
    public async Task Two_pictures_are_one_too_many()
    {
        var form = Gateway.Form(Disc);
        form.Add(new ByteArrayContent(Disc), "image_file", "again.png");

        Assert.Equal((400, "multiple_sources"), await Gateway.RefusalAsync(await _gateway.PostAsync(form)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("cbg_0000000000000000_0000000000000000000000000000000000000000000")]
    public async Task Without_a_right_key_nothing_is_read(string? key)
    {
        // The body never comes: only an answer that doesn't wait for it can arrive.
        using var answer = await HeadersOnlyAsync(key is null ? "" : $"X-Api-Key: {key}\r\n");

        Assert.StartsWith("HTTP/1.1 401 ", answer.Text, StringComparison.Ordinal);
        Assert.Contains("auth_failed", answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, _gateway.Pool.Rented);
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_from_the_next_request_on()
    {
        using (var before = await _gateway.PostAsync(Gateway.Form(Disc)))
        {
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        await _gateway.Keys.RevokeAsync(Assert.Single(await _gateway.Keys.ListAsync()).Id);

        Assert.Equal((401, "auth_failed"), await Gateway.RefusalAsync(await _gateway.PostAsync(Gateway.Form(Disc))));
    }

    [Fact]
    public async Task A_body_announced_too_long_is_refused_before_it_comes()
    {
        using var answer = await HeadersOnlyAsync($"X-Api-Key: {_gateway.Key}\r\n", length: 100 << 20);

        Assert.StartsWith("HTTP/1.1 400 ", answer.Text, StringComparison.Ordinal);
        Assert.Contains("file_too_large", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/v1.0/removebg", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/v1.0/removebg", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1.0/removebackground", HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1.0/../../etc/passwd", HttpStatusCode.NotFound)]
    [InlineData("GET", "/health/live", HttpStatusCode.OK)]
    [InlineData("GET", "/health/ready", HttpStatusCode.OK)]
    public async Task Other_routes_and_methods_say_what_they_are(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var response = await _gateway.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Any_other_body_than_a_form_is_refused()
    {
        using var text = new StringContent("image_file=x", Encoding.UTF8, "text/plain");

        Assert.Equal((400, "invalid_request"), await Gateway.RefusalAsync(await _gateway.Client.PostAsync(new Uri("/v1.0/removebg", UriKind.Relative), text)));
    }

    [Fact]
    public async Task When_the_queue_is_full_the_answer_is_503_with_a_time_to_come_back()
    {
        using var inside = await _gateway.Gate.EnterAsync(4_000_000, CancellationToken.None);
        var waiting = _gateway.PostAsync(Gateway.Form(Disc));
        using var refused = await FirstRefusedAsync();

        Assert.InRange(int.Parse(Assert.Single(refused.Headers.GetValues("Retry-After")), CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal((503, "overloaded"), await Gateway.RefusalAsync(refused));
        inside.Dispose();
        using var served = await waiting;
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);

        // Which of two requests finds the queue's one place is the server's business: the other one is refused at once, and the first waits.
        async Task<HttpResponseMessage> FirstRefusedAsync()
        {
            var second = _gateway.PostAsync(Gateway.Form(Disc));
            var first = await Task.WhenAny(waiting, second);
            waiting = first == waiting ? second : waiting;
            return await first;
        }
    }

    [Fact]
    public async Task A_client_that_hangs_up_during_its_upload_leaves_nothing_behind()
    {
        using (var client = new TcpClient(_gateway.Address.Host, _gateway.Address.Port))
        {
            await client.GetStream().WriteAsync(Head($"X-Api-Key: {_gateway.Key}\r\n", 1_000_000));
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("--xyz\r\nContent-Disposition: form-data; name=\"image_file\"\r\n\r\n" + new string('a', 100_000)));
            await Gateway.EventuallyAsync(() => _gateway.Pool.Rented > 0);
        }

        await Gateway.EventuallyAsync(() => _gateway.Pool.Rented == 0);
    }

    /// <summary>Its inference would never end: only noticing that nobody waits for it ends it.</summary>
    [Fact]
    public async Task A_client_that_hangs_up_during_the_work_ends_it_and_frees_its_place()
    {
        var endless = Pictures.Disc(64, 64, level: 255, ground: 255);
        using (var stop = new CancellationTokenSource())
        {
            using var form = Gateway.Form(endless);
            var answer = _gateway.Client.PostAsync(new Uri("/v1.0/removebg", UriKind.Relative), form, stop.Token);

            // The form's first buffer has 64 KiB; only with the model's input beside it, 48 KiB, has the work begun.
            await Gateway.EventuallyAsync(() => _gateway.Pool.Rented >= (64 + 48) * 1024);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        }

        await Gateway.EventuallyAsync(() => _gateway.Pool.Rented == 0);
        using var next = await _gateway.PostAsync(Gateway.Form(Disc));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task A_client_that_hangs_up_in_the_queue_gives_up_its_place()
    {
        using var inside = await _gateway.Gate.EnterAsync(4_000_000, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        using var form = Gateway.Form(Disc);
        var queued = _gateway.Client.PostAsync(new Uri("/v1.0/removebg", UriKind.Relative), form, stop.Token);
        await Gateway.EventuallyAsync(() => _gateway.Pool.Rented > 0);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        await Gateway.EventuallyAsync(() => _gateway.Pool.Rented == 0);

        var next = _gateway.PostAsync(Gateway.Form(Disc));
        await Gateway.EventuallyAsync(() => _gateway.Pool.Rented > 0);
        inside.Dispose();
        using var served = await next;
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    private static byte[] Head(string headers, long length) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"POST /v1.0/removebg HTTP/1.1\r\nHost: x\r\n{headers}Content-Type: multipart/form-data; boundary=xyz\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"));

    /// <summary>Sends a request's head and no body, and reads whatever comes until the answer's JSON has ended.</summary>
    private async Task<RawAnswer> HeadersOnlyAsync(string headers, long length = 1_000_000)
    {
        var client = new TcpClient(_gateway.Address.Host, _gateway.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Head(headers, length));
        var text = new StringBuilder();
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!text.ToString().EndsWith("]}", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, patience.Token);
            Assert.True(read > 0, $"The connection ended after: {text}");
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return new RawAnswer(client, text.ToString());
    }

    private sealed record RawAnswer(TcpClient Client, string Text) : IDisposable
    {
        public void Dispose() => Client.Dispose();
    }
}
