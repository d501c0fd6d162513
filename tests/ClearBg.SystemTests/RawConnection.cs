using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace ClearBg.SystemTests;

/// <summary>A connection that sends bytes as they are, and reads one answer after another (RFC 9112).</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly TcpClient _client;
    private readonly PipeReader _reader;

    public RawConnection(string url)
    {
        var address = new Uri(url);
        _client = new TcpClient(address.Host, address.Port) { NoDelay = true };
        _reader = PipeReader.Create(_client.GetStream());
    }

    /// <summary>Sends one request and reads its answer; null when the server closed the connection without a whole one.</summary>
    /// <param name="request">As it goes on the wire.</param>
    /// <param name="isLast">Where no answer comes for a moment, tells the server that nothing follows, so that it doesn't wait for the rest.</param>
    /// <exception cref="OperationCanceledException">Neither happened within 30 s.</exception>
    public async Task<RawAnswer?> SendAsync(ReadOnlyMemory<byte> request, bool isLast = false)
    {
        using var limit = new CancellationTokenSource(Longest);
        try
        {
            await _client.GetStream().WriteAsync(request, limit.Token);
            var answer = ReceiveAsync(limit.Token);
            if (isLast && await Task.WhenAny(answer, Task.Delay(Moment, limit.Token)) != answer)
            {
                _client.Client.Shutdown(SocketShutdown.Send);
            }

            return await answer;
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<RawAnswer?> ReceiveAsync(CancellationToken cancellation)
    {
        if (await LineAsync(cancellation) is not { } status)
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync(cancellation) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var code = int.Parse(status.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        if (code == 100)
        {
            return await ReceiveAsync(cancellation);
        }

        var body = headers.GetValueOrDefault("Transfer-Encoding") == "chunked" ? await ChunksAsync(cancellation)
            : await BytesAsync(int.Parse(headers.GetValueOrDefault("Content-Length") ?? "0", CultureInfo.InvariantCulture), cancellation);
        return body is null ? null : new RawAnswer(code, headers, body);
    }

    private async Task<byte[]?> ChunksAsync(CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        while (await LineAsync(cancellation) is { } size)
        {
            if (await BytesAsync(int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture), cancellation) is not { } chunk || await LineAsync(cancellation) is null)
            {
                return null;
            }

            if (chunk.Length == 0)
            {
                return body.ToArray();
            }

            body.Write(chunk);
        }

        return null;
    }

    private async Task<string?> LineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellation);
            var rest = new SequenceReader<byte>(read.Buffer);
            if (rest.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
            {
                var text = Encoding.Latin1.GetString(line);
                _reader.AdvanceTo(rest.Position);
                return text;
            }

            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    private async Task<byte[]?> BytesAsync(int length, CancellationToken cancellation)
    {
        if (length == 0)
        {
            return [];
        }

        var read = await _reader.ReadAtLeastAsync(length, cancellation);
        if (read.Buffer.Length < length)
        {
            return null;
        }

        var bytes = read.Buffer.Slice(0, length);
        var copy = bytes.ToArray();
        _reader.AdvanceTo(bytes.End);
        return copy;
    }
}

/// <summary>A final answer as it came.</summary>
/// <param name="Status">Of the status line.</param>
/// <param name="Headers">By name in any case; the last one where a name came twice.</param>
/// <param name="Body">Without the framing of chunks.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Status line's code and body, as far as it is text, for messages.</summary>
    public override string ToString() => $"{Status} {Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 400)))}";
}
