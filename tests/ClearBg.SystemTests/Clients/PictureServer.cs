using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClearBg.SystemTests.Clients;

/// <summary>A web server on the loopback interface that holds one picture, <c>/cat.png</c>.</summary>
internal sealed class PictureServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PictureServer(WebApplication app) => _app = app;

    /// <summary>Where the picture is.</summary>
    public string Cat => $"{_app.Urls.Single()}/cat.png";

    /// <summary>Where nothing is.</summary>
    public string Missing => $"{_app.Urls.Single()}/missing.png";

    public static async Task<PictureServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Gateway.AnyPort);
        var app = builder.Build();
        app.MapGet("/cat.png", static () => TypedResults.Bytes(Pictures.Cat, "image/png"));
        await app.StartAsync();
        return new PictureServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
