using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;

namespace ClearBg.SystemTests;

/// <summary>Memory stays under what the configuration allows, whatever arrives at once.</summary>
public sealed class MemoryTests(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 32;
    private const int Megabyte = 1 << 20;

    /// <summary>The defaults of section Admission, and what README says of them.</summary>
    private const long MegapixelsInFlight = 100;
    private const long BytesPerMegapixel = 16_000_000;
    private const long UploadBytes = 256L * Megabyte * 5 / 4;

    /// <summary>Pixel buffers (192 MiB) and answers (32 MiB) that are kept for the next picture, and one inference in single precision.</summary>
    private const long KeptBytes = (224L * Megabyte) + 370_000_000;

    /// <summary>What the runtime's heap may keep after a burst.</summary>
    private const long Heap = 96L * Megabyte;

    /// <summary>PNG is the only one that is capped below 50 megapixels.</summary>
    private static readonly string[] Formats = ["zip", "jpg", "webp", "png"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Thirty_two_uploads_of_50_megapixels_at_once_stay_within_the_budget_and_give_it_back()
    {
        var picture = Pictures.Large(8_660, 5_773);
        await using var gateway = await Gateway.StartAsync(_folder.Path, ("Api__MegapixelsPerMinute", "1000000"));
        var warm = gateway.ResidentKilobytes() * 1024;
        var watch = Stopwatch.StartNew();

        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => SendAsync(gateway, picture, i)));

        var (seconds, peak) = (watch.Elapsed.TotalSeconds, gateway.PeakKilobytes() * 1024);
        var budget = warm + (MegapixelsInFlight * BytesPerMegapixel) + UploadBytes + KeptBytes;
        var after = await SettledAsync(gateway, warm + KeptBytes + Heap);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Clients} uploads of {picture.Length / 1e6:0.0} MB in {seconds:0.0} s: {string.Join(", ", answers.CountBy(static answer => answer).Select(static group => $"{group.Value} × {(int)group.Key}"))}. "
            + $"Memory, MB: {warm / 1e6:0} warm, {peak / 1e6:0} at most (budget {budget / 1e6:0}), {after / 1e6:0} after."));
        Assert.Contains(HttpStatusCode.OK, answers);
        Assert.Contains(HttpStatusCode.ServiceUnavailable, answers);
        Assert.True(peak <= budget, $"{peak / 1e6:0} MB are more than {budget / 1e6:0}.");
        Assert.True(after <= warm + KeptBytes + Heap, $"{after / 1e6:0} MB are left of {warm / 1e6:0} at first and {peak / 1e6:0} at most.");
    }

    /// <summary>They hold places for bodies that never become pictures, so only the bound on uploads is between them and the memory.</summary>
    [Fact]
    public async Task Thirty_two_uploads_that_stop_before_their_end_hold_no_more_than_the_budget_for_uploads()
    {
        const int Announced = 25 * Megabyte;
        const int Sent = 24 * Megabyte;
        await using var gateway = await Gateway.StartAsync(_folder.Path);
        var warm = gateway.ResidentKilobytes() * 1024;
        var address = new Uri(gateway.Url);
        var head = Encoding.ASCII.GetBytes(
            $"POST /v1.0/removebg HTTP/1.1\r\nHost: x\r\nX-Api-Key: {gateway.Key}\r\nContent-Type: multipart/form-data; boundary=xyz\r\n"
            + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Announced}\r\n\r\n--xyz\r\nContent-Disposition: form-data; name=\"image_file\"\r\n\r\n"));
        var body = new byte[Sent];
        new Random(1).NextBytes(body);
        var clients = Enumerable.Range(0, Clients).Select(_ => new TcpClient(address.Host, address.Port)).ToArray();
        using var stop = new CancellationTokenSource();
        var uploads = clients.Select(client => UploadAsync(client.GetStream(), head, body, stop.Token)).ToArray();

        // Ten of 25 MiB have room. The others' bytes stay where they are, but for what each connection may read ahead.
        var watch = Stopwatch.StartNew();
        while (uploads.Count(static upload => upload.IsCompletedSuccessfully && upload.Result) < 10 && watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(100);
        }

        // Long enough for more, if more were let in.
        await Task.Delay(TimeSpan.FromSeconds(3));
        var (whole, held) = (uploads.Count(static upload => upload.IsCompletedSuccessfully && upload.Result), gateway.ResidentKilobytes() * 1024);
        await stop.CancelAsync();
        foreach (var client in clients)
        {
            client.Dispose();
        }

        await Task.WhenAll(uploads);
        using var next = await gateway.RemoveAsync(Pictures.Cat, gateway.Key!);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{whole} uploads came whole. Memory, MB: {warm / 1e6:0} warm, {held / 1e6:0} with them."));
        Assert.InRange(whole, 8, 10);
        Assert.InRange(held - warm, 8L * Sent, UploadBytes + Heap);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    /// <summary>True when all was taken; false when the server refused it or the test ended it.</summary>
    private static async Task<bool> UploadAsync(NetworkStream stream, byte[] head, byte[] body, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(head, cancellation);
            await stream.WriteAsync(body, cancellation);

            // A server that refuses reads on for a moment, so that its answer can be read: what it took then it did not keep.
            return !stream.DataAvailable;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Half of the clients ask before they send, as curl does; the others send whatever comes.</summary>
    private static async Task<HttpStatusCode> SendAsync(Gateway gateway, byte[] picture, int client)
    {
        using var content = new ByteArrayContent(picture);
        using var answer = await gateway.RemoveAsync(content, gateway.Key!, "50MP", expectContinue: client % 2 == 0, Formats[client / 2 % Formats.Length]);
        var body = await answer.Content.ReadAsByteArrayAsync();
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                Assert.Equal(body.Length, answer.Content.Headers.ContentLength);
                break;
            case HttpStatusCode.ServiceUnavailable:
                Assert.InRange(answer.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
                break;
            default:
                // The model may see no subject in a painted disc.
                Assert.Contains("unknown_foreground", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
                break;
        }

        return answer.StatusCode;
    }

    /// <summary>What is left when the last answer's buffers are back, which may be a moment after the client has it.</summary>
    private static async Task<long> SettledAsync(Gateway gateway, long enough)
    {
        var watch = Stopwatch.StartNew();
        long now;
        while ((now = gateway.ResidentKilobytes() * 1024) > enough && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(200);
        }

        return now;
    }
}
