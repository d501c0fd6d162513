using System.Data.Common;
using ClearBg.Credits;
using ClearBg.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Storage;

/// <summary>A real database of its own, as one process would open it: a SQLite file in its own folder, or a schema on the tests' PostgreSQL server.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly DirectoryInfo? _ownFolder;

    private TestStore(string path, string connectionString, DirectoryInfo? ownFolder = null)
    {
        (Path, ConnectionString, _ownFolder) = (path, connectionString, ownFolder);
        Source = connectionString.Length > 0 ? PostgresSource.Open(connectionString) : SqliteSource.Open(path);
        Store = new Store(Source, Clock, NullLogger<Store>.Instance);
        Accounts = new Accounts(Source, Clock);
        Keys = new ApiKeys(Source, Clock);
        FirstAccount = new FirstAccount(Source, Keys, Options.Create(new CreditsOptions()), Clock);
        Applications = new Applications(Source, Clock);
        RateWindows = new RateWindows(Source, Clock);
        Idempotency = new IdempotencyKeys(Source, Clock);
        Ledger = new CreditLedger(Source, Idempotency, Clock);
    }

    /// <summary>Where the SQLite file lies; empty on PostgreSQL.</summary>
    public string Path { get; }

    /// <summary>As PostgreSQL is reached; empty on SQLite.</summary>
    public string ConnectionString { get; }

    public ManualClock Clock { get; } = new();

    public DbDataSource Source { get; }

    public Store Store { get; }

    public Accounts Accounts { get; }

    public ApiKeys Keys { get; }

    public FirstAccount FirstAccount { get; }

    public Applications Applications { get; }

    public RateWindows RateWindows { get; }

    public IdempotencyKeys Idempotency { get; }

    public CreditLedger Ledger { get; }

    /// <summary>A new database, with our schema unless told otherwise.</summary>
    public static async Task<TestStore> CreateAsync(Engine engine = Engine.Sqlite, bool migrated = true)
    {
        var store = engine == Engine.Sqlite ? OnSqlite() : await OnPostgresAsync();
        return migrated ? await MigrateAsync(store) : store;
    }

    /// <summary>A new SQLite file at a path of the caller's, with our schema.</summary>
    public static Task<TestStore> CreateAsync(string path) => MigrateAsync(new TestStore(path, ""));

    /// <summary>The same database once more, as another process would open it.</summary>
    public TestStore OpenAgain() => new(Path, ConnectionString);

    /// <summary>The first column of the first row.</summary>
    public async Task<object?> ScalarAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

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

    private static TestStore OnSqlite()
    {
        var folder = Directory.CreateTempSubdirectory("clearbg-");
        return new TestStore(System.IO.Path.Combine(folder.FullName, "data", "clearbg.db"), "", folder);
    }

    private static async Task<TestStore> OnPostgresAsync()
    {
        // A schema takes milliseconds, a database of its own a tenth of a second. It goes when the server does.
        var schema = $"test_{Guid.NewGuid():N}";
        await using (var server = PostgresSource.Open(Postgres.Shared.ConnectionString))
        {
            await using var command = server.CreateCommand($"CREATE SCHEMA {schema}");
            await command.ExecuteNonQueryAsync();
        }

        return new TestStore("", $"{Postgres.Shared.ConnectionString};Search Path={schema};Application Name={schema}");
    }

    private static async Task<TestStore> MigrateAsync(TestStore store)
    {
        await store.Store.MigrateAsync();
        return store;
    }
}

/// <summary>Time that stands still until told otherwise.</summary>
internal sealed class ManualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
