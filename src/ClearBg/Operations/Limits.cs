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
        });
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
    }
}
