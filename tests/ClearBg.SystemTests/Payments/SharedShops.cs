using System.Collections.Concurrent;

namespace ClearBg.SystemTests.Payments;

/// <summary>One shop for each network, for the tests that leave it as it was; opened when one is first needed.</summary>
public sealed class SharedShops : IAsyncLifetime
{
    private readonly ConcurrentDictionary<(TestNetwork Network, bool IsPatient), Lazy<Task<Shop>>> _shops = new();

    /// <summary>The shop of a network, which sells.</summary>
    internal Task<Shop> OnAsync(TestNetwork network) => OpenAsync(network, isPatient: true);

    /// <summary>The shop where it doesn't matter on which network it is.</summary>
    internal Task<Shop> AnyAsync() => OnAsync(TestNetwork.BaseSepolia);

    /// <summary>One whose patience a test waits out.</summary>
    internal Task<Shop> ImpatientAsync() => OpenAsync(TestNetwork.BaseSepolia, isPatient: false);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var shop in _shops.Values)
        {
            await (await shop.Value).DisposeAsync();
        }
    }

    private async Task<Shop> OpenAsync(TestNetwork network, bool isPatient)
    {
        var shop = await _shops.GetOrAdd((network, isPatient), static kind => new(() => Shop.OpenAsync(kind.Network, kind.IsPatient ? [] : Shop.Impatient))).Value;
        await shop.UntilOpenAsync();
        return shop;
    }
}

/// <summary>The classes that share them.</summary>
[CollectionDefinition(Name)]
public sealed class ShopsDefinition : ICollectionFixture<SharedShops>
{
    public const string Name = "Shops";
}
