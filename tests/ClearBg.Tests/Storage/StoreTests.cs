using System.Data.Common;
using ClearBg.Storage;

namespace ClearBg.Tests.Storage;

public class StoreTests
{
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Migrating_again_changes_nothing(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var applied = await store.ScalarAsync("SELECT applied_at FROM migrations WHERE version = 1");
        store.Clock.Now += TimeSpan.FromDays(1);

        await store.Store.MigrateAsync();

        Assert.Equal(applied, await store.ScalarAsync("SELECT applied_at FROM migrations WHERE version = 1"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Stores_that_migrate_one_new_database_at_once_run_each_migration_once(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine, migrated: false);
        string[] migrations = ["CREATE TABLE runs (n bigint)", .. Enumerable.Range(2, 9).Select(n => $"INSERT INTO runs VALUES ({n})")];
        using var gate = new Barrier(4);
        var racers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            async () =>
            {
                await using var process = store.OpenAgain();
                gate.SignalAndWait();
                await process.Store.MigrateAsync(migrations);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap());

        await Task.WhenAll(racers);

        Assert.Equal(9L, await store.ScalarAsync("SELECT COUNT(*) FROM runs"));
        Assert.Equal(10L, await store.ScalarAsync("SELECT COUNT(*) FROM migrations"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_migration_that_fails_leaves_the_version_before_it_whole(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine, migrated: false);

        string[] failing = ["CREATE TABLE a (n bigint)", "CREATE TABLE b (n bigint); INSERT INTO nowhere VALUES (1)"];
        await Assert.ThrowsAsync<StoreException>(() => store.Store.MigrateAsync(failing));
        Assert.Equal(1L, await store.ScalarAsync("SELECT MAX(version) FROM migrations"));
        await Assert.ThrowsAnyAsync<DbException>(() => store.ScalarAsync("SELECT n FROM b"));

        await store.Store.MigrateAsync(["CREATE TABLE a (n bigint)", "CREATE TABLE b (n bigint)"]);
        Assert.Equal(2L, await store.ScalarAsync("SELECT MAX(version) FROM migrations"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Refuses_a_database_that_a_newer_program_migrated_and_leaves_it_alone(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine, migrated: false);
        await store.Store.MigrateAsync([.. Migrations.All, "CREATE TABLE future (n bigint)"]);

        var refusal = await Assert.ThrowsAsync<StoreException>(() => store.Store.MigrateAsync());

        Assert.Contains("newer ClearBg", refusal.Message, StringComparison.Ordinal);
        await using var connection = store.Source.CreateConnection();
        Assert.Contains(connection.DataSource, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Migrations.All.Count + 1L, await store.ScalarAsync("SELECT MAX(version) FROM migrations"));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Answers_a_ping_and_notices_a_database_without_a_schema(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine, migrated: false);
        await Assert.ThrowsAnyAsync<DbException>(() => store.Store.PingAsync());

        await store.Store.MigrateAsync();

        await store.Store.PingAsync();
    }
}
