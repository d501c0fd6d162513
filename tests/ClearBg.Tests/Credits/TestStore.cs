using ClearBg.Credits;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Credits;

/// <summary>A real SQLite file in a folder of its own, as one process would open it.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly DirectoryInfo? _ownFolder;

    private TestStore(string path, DirectoryInfo? ownFolder)
    {
        (Path, _ownFolder) = (path, ownFolder);
        Source = SqliteSource.Open(path);
        Store = new Store(Source, Clock, NullLogger<Store>.Instance);
        Accounts = new Accounts(Source, Clock);
        Keys = new ApiKeys(Source, Clock);
        FirstAccount = new FirstAccount(Source, Keys, Clock);
        Applications = new Applications(Source, Clock);
        RateWindows = new RateWindows(Source, Clock);
    }

    public string Path { get; }

    public ManualClock Clock { get; } = new();

    public SqliteSource Source { get; }

    public Store Store { get; }

    public Accounts Accounts { get; }

    public ApiKeys Keys { get; }

    public FirstAccount FirstAccount { get; }

    public Applications Applications { get; }

    public RateWindows RateWindows { get; }

    /// <summary>A new file, with the schema unless told otherwise.</summary>
    public static Task<TestStore> CreateAsync(bool migrated = true)
    {
        var folder = Directory.CreateTempSubdirectory("clearbg-");
        return CreateAsync(new TestStore(System.IO.Path.Combine(folder.FullName, "data", "clearbg.db"), folder), migrated);
    }

    /// <summary>A new file at a path of the caller's, with the schema.</summary>
    public static Task<TestStore> CreateAsync(string path) => CreateAsync(new TestStore(path, null), migrated: true);

    private static async Task<TestStore> CreateAsync(TestStore store, bool migrated)
    {
        if (migrated)
        {
            await store.Store.MigrateAsync();
        }

        return store;
    }

    /// <summary>The same file once more, as another process would open it.</summary>
    public TestStore OpenAgain() => new(Path, null);

    /// <summary>From now on no key can be written, as on a disk that is full.</summary>
    public async Task RefuseKeysAsync()
    {
        await using var command = Source.CreateCommand("CREATE TRIGGER refuse BEFORE INSERT ON api_keys BEGIN SELECT RAISE(ABORT, 'no room'); END");
        await command.ExecuteNonQueryAsync();
    }

    public async Task<NewApiKey> CreateKeyAsync(string name = "shop")
    {
        var account = await Accounts.FindAsync("acme") ?? await Accounts.CreateAsync("acme");
        return await Keys.CreateAsync(account!.Id, name);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        _ownFolder?.Delete(recursive: true);
    }
}

/// <summary>Time that stands still until told otherwise.</summary>
internal sealed class ManualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
