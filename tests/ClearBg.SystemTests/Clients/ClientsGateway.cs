namespace ClearBg.SystemTests.Clients;

/// <summary>One gateway for all tests of a class, with a model that takes milliseconds, and pictures on a web server that it may fetch from.</summary>
public sealed class ClientsGateway : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private Gateway? _gateway;
    private PictureServer? _pictures;

    internal Gateway Gateway => _gateway ?? throw new InvalidOperationException("Not started.");

    internal PictureServer Pictures => _pictures ?? throw new InvalidOperationException("Not started.");

    internal string Folder => _folder.Path;

    public async Task InitializeAsync()
    {
        _pictures = await PictureServer.StartAsync();
        _gateway = await Gateway.StartAsync(_folder.Path, [.. TinyModel.Write(_folder), ("Fetch__AllowedNetworks__0", "127.0.0.0/8")]);
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_pictures is not null)
        {
            await _pictures.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();
}
