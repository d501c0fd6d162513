using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ClearBg.Operations;

/// <summary>What Kestrel may take from a connection; how large a body may be is each surface's own matter.</summary>
internal static class Limits
{
    /// <summary>A client that hasn't sent its headers by then isn't sending a picture.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Bytes.</summary>
    private const int ReadAhead = 128 * 1024;

    /// <summary>Bytes of all headers: payments of up to 32 KB come in one of them, and are refused in x402's own words above that.</summary>
    private const int MostHeaders = 64 * 1024;

    /// <summary>What runs when the process is told to stop gets this long to end.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MaxRequestHeadersTotalSize = MostHeaders;

            // What is read ahead of the program, before anyone knows who asks or whether there is room: the default of 1 MiB for each connection is no bound.
            kestrel.Limits.MaxRequestBufferSize = ReadAhead;

            // Kestrel's own limit is 240 bytes a second. RequestBody has a stricter one for the whole body; this one is for connections that fall silent. It counts
            // only while the program reads: who waits for a place is not being slow.
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(10));

            // A client that hardly reads would keep its answer in memory for hours.
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(10));
        });
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
    }
}
