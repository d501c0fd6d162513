namespace ClearBg.SystemTests.Money;

/// <summary>Gateways over one database, between which requests are dealt out in turn.</summary>
internal sealed class Crowd(Gateway[] gateways) : IAsyncDisposable
{
    /// <summary>The one that gets the request of this number.</summary>
    public Gateway this[int request] => gateways[request % gateways.Length];

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }
    }
}
