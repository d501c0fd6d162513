using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ClearBg.Operations;

/// <summary>What Kestrel may take from a connection; how large a body may be is each surface's own matter.</summary>
internal static class Limits
{
    /// <summary>A client that hasn't sent its headers by then isn't sending a picture.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What runs when the process is told to stop gets this long to end.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;

            // A client that hardly reads would keep its answer in memory for hours.
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(10));
        });
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
    }
}
