using System.Collections.Concurrent;

namespace ClearBg.SystemTests.Payments;

/// <summary>One shop for each network, for the tests that leave it as it was; opened when one is first needed.</summary>
public sealed class SharedShops : IAsyncLifetime
{
    private readonly ConcurrentDictionary<TestNetwork, Lazy<Task<Shop>>> _shops = new();

    /// <summary>The shop of a network, which sells.</summary>
    internal async Task<Shop> OnAsync(TestNetwork network)
    {
        var shop = await _shops.GetOrAdd(network, static network => new(() => Shop.OpenAsync(network))).Value;
        await shop.UntilOpenAsync();
        return shop;
    }

    /// <summary>The shop where it doesn't matter on which network it is.</summary>
    internal Task<Shop> AnyAsync() => OnAsync(TestNetwork.BaseSepolia);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var shop in _shops.Values)
        {
            await (await shop.Value).DisposeAsync();
        }
    }
}

/// <summary>The classes that share them.</summary>
[CollectionDefinition(Name)]
public sealed class ShopsDefinition : ICollectionFixture<SharedShops>
{
    public const string Name = "Shops";
}
