using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

/// <summary>An account with one API key in a database of its own.</summary>
internal sealed class Customer(TestStore store, ApiKey key) : IAsyncDisposable
{
    public TestStore Store => store;

    public CreditLedger Ledger => store.Ledger;

    public string AccountId => key.AccountId;

    public string KeyId => key.Id;

    public static async Task<Customer> CreateAsync(Engine engine)
    {
        var store = await TestStore.CreateAsync(engine);
        return new Customer(store, (await store.CreateKeyAsync()).Key);
    }

    public static CreditAmount Credits(string text) =>
        CreditAmount.TryParse(text, out var amount) ? amount : throw new FormatException(text);

    public Task<Balance> BalanceAsync() => Ledger.BalanceAsync(AccountId);

    public Task<Balance?> GrantAsync(Fund fund, string amount) => Ledger.GrantAsync(AccountId, fund, Credits(amount), "test");

    public Task<Hold?> ReserveAsync(string amount, bool freeCallPays = false, CreditLedger? ledger = null) =>
        (ledger ?? Ledger).ReserveAsync(AccountId, KeyId, Credits(amount), freeCallPays, TimeSpan.FromMinutes(5));

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
