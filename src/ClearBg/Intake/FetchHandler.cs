using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace ClearBg.Intake;

/// <summary>HTTP for one request to one host, over one connection that nobody shares, to addresses that were judged before.</summary>
internal static class FetchHandler
{
    /// <summary>A host may have hundreds of addresses, of whomever its owner likes: more attempts would be a scan of others, run by us.</summary>
    private const int MostAttempts = 4;

    private const int MostHeaderKilobytes = 16;

    /// <param name="addresses">Where to connect, tried in this order; the request's host is only what TLS and the Host header name.</param>
    /// <param name="patience">For connecting. An address that doesn't answer gives way to the next one after a quarter of it.</param>
    /// <param name="time">Measures it.</param>
    public static SocketsHttpHandler Create(IReadOnlyList<IPAddress> addresses, TimeSpan patience, TimeProvider time) => new()
    {
        ConnectCallback = (context, cancellation) => ConnectAsync(
            [.. addresses.Take(MostAttempts)], context.DnsEndPoint.Port, patience / MostAttempts, time, cancellation),
        ConnectTimeout = patience,
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                RevocationMode = X509RevocationMode.NoCheck,

                // By default a certificate may name a URL from which its issuer is fetched (RFC 5280, 4.2.2.1), by code that knows no guard.
                DisableCertificateDownloads = true,
            },
        },
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        PreAuthenticate = false,
        MaxResponseHeadersLength = MostHeaderKilobytes,
        MaxResponseDrainSize = 0,

        // Trace ids are the operator's.
        ActivityHeadersPropagator = null,
    };

    private static async ValueTask<Stream> ConnectAsync(IPAddress[] addresses, int port, TimeSpan share, TimeProvider time, CancellationToken cancellation)
    {
        for (var i = 0; ; i++)
        {
            var isLast = i == addresses.Length - 1;
            using var late = new CancellationTokenSource(isLast ? Timeout.InfiniteTimeSpan : share, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), stop.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception exception)
            {
                socket.Dispose();
                if (isLast || cancellation.IsCancellationRequested || exception is not (SocketException or OperationCanceledException))
                {
                    throw;
                }
            }
        }
    }
}
