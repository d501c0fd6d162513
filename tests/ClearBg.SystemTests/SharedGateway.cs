namespace ClearBg.SystemTests;

/// <summary>One gateway for the tests that leave it as it was.</summary>
public sealed class SharedGateway : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private Gateway? _gateway;

    internal Gateway Gateway => _gateway ?? throw new InvalidOperationException("Not started.");

    public async Task InitializeAsync() => _gateway = await Gateway.StartAsync(_folder.Path);

    public async Task DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();
}
