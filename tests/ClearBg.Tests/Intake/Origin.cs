using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace ClearBg.Tests.Intake;

/// <summary>A web server of a few lines on a loopback address: what it answers are a test's own bytes, well-formed or not.</summary>
internal sealed class Origin : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _connections;
    private int _ended;

    /// <param name="answer">Gets each request's head and writes what it likes; afterwards the connection is closed.</param>
    /// <param name="address">127.0.0.1 when it isn't given.</param>
    /// <param name="port">Any free one when it isn't given.</param>
    /// <param name="tls">For https.</param>
    public Origin(Func<string, Stream, CancellationToken, Task> answer, string address = "127.0.0.1", int port = 0, SslServerAuthenticationOptions? tls = null)
    {
        (_answer, _tls) = (answer, tls);
        _listener = new TcpListener(IPAddress.Parse(address), port);
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that are over.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Request line and headers of each request.</summary>
    public ConcurrentQueue<string> Heads { get; } = [];

    /// <summary>Hosts that TLS was asked to speak for.</summary>
    public ConcurrentQueue<string> ServerNames { get; } = [];

    /// <summary>One that answers every request with the same text, in Latin-1.</summary>
    public static Origin Saying(string answer, string address = "127.0.0.1", int port = 0) =>
        new((_, stream, stop) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop).AsTask(), address, port);

    /// <summary>One that answers with a text, and then goes on with another, chunk by chunk, until nobody listens any more.</summary>
    public static Origin SayingForever(string start, string more) => new(async (_, stream, stop) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start), stop);
        var bytes = Encoding.Latin1.GetBytes(more);
        while (true)
        {
            await stream.WriteAsync(bytes, stop);
        }
    });

    /// <summary>One that answers with a text, and then falls silent until the other side hangs up.</summary>
    public static Origin FallingSilentAfter(string start) => new(async (_, stream, stop) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start), stop);
        await HangUpAsync(stream, stop);
    });

    /// <summary>Waits until the other side hangs up.</summary>
    public static async Task HangUpAsync(Stream stream, CancellationToken stop)
    {
        while (await stream.ReadAsync(new byte[1], stop) > 0)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                connections.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var stream = _tls is null ? (Stream)client.GetStream() : new SslStream(client.GetStream());
                if (_tls is not null)
                {
                    await ((SslStream)stream).AuthenticateAsServerAsync(
                        (_, hello, _, _) =>
                        {
                            ServerNames.Enqueue(hello.ServerName);
                            return ValueTask.FromResult(_tls);
                        },
                        null,
                        _stop.Token);
                }

                var head = new StringBuilder();
                var buffer = new byte[1];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, _stop.Token) > 0)
                {
                    head.Append((char)buffer[0]);
                }

                if (head.Length > 0)
                {
                    Heads.Enqueue(head.ToString());
                    await _answer(head.ToString(), stream, _stop.Token);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or OperationCanceledException)
        {
            // The other side hung up, or the test is over.
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }
}
