using System.Data.Common;
using System.Globalization;
using ClearBg.Credits;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Credits;

public class StoreTests
{
    [Fact]
    public async Task Creates_folder_and_file_that_only_their_owner_can_read()
    {
        await using var store = await TestStore.CreateAsync();

        foreach (var file in (string[])[store.Path, store.Path + "-wal", store.Path + "-shm"])
        {
            Assert.True(File.Exists(file));
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }

    [Fact]
    public async Task Every_connection_waits_for_writers_checks_foreign_keys_and_commits_to_disk()
    {
        await using var store = await TestStore.CreateAsync();
        await using var connection = await store.Source.OpenConnectionAsync();

        foreach (var (pragma, expected) in ((string, string)[])[("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("busy_timeout", "5000")])
        {
            await using var own = store.Source.CreateCommand($"PRAGMA {pragma}");
            await using var shared = connection.CreateCommand();
            shared.CommandText = own.CommandText;

            Assert.Equal(expected, Convert.ToString(await own.ExecuteScalarAsync(), CultureInfo.InvariantCulture));
            Assert.Equal(expected, Convert.ToString(await shared.ExecuteScalarAsync(), CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        await using var store = await TestStore.CreateAsync();
        var applied = await ScalarAsync(store, "SELECT applied_at FROM migrations WHERE version = 1");
        store.Clock.Now += TimeSpan.FromDays(1);

        await store.Store.MigrateAsync();

        Assert.Equal(applied, await ScalarAsync(store, "SELECT applied_at FROM migrations WHERE version = 1"));
    }

    [Fact]
    public async Task Stores_that_migrate_one_new_file_at_once_run_each_migration_once()
    {
        await using var store = await TestStore.CreateAsync(migrated: false);
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

        Assert.Equal(9L, await ScalarAsync(store, "SELECT COUNT(*) FROM runs"));
        Assert.Equal(10L, await ScalarAsync(store, "SELECT COUNT(*) FROM migrations"));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_version_before_it_whole()
    {
        await using var store = await TestStore.CreateAsync(migrated: false);

        string[] failing = ["CREATE TABLE a (n bigint)", "CREATE TABLE b (n bigint); INSERT INTO nowhere VALUES (1)"];
        await Assert.ThrowsAsync<StoreException>(() => store.Store.MigrateAsync(failing));
        Assert.Equal(1L, await ScalarAsync(store, "SELECT MAX(version) FROM migrations"));
        Assert.Equal(0L, await ScalarAsync(store, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'b'"));

        await store.Store.MigrateAsync(["CREATE TABLE a (n bigint)", "CREATE TABLE b (n bigint)"]);
        Assert.Equal(2L, await ScalarAsync(store, "SELECT MAX(version) FROM migrations"));
    }

    [Fact]
    public async Task Refuses_a_database_that_a_newer_program_migrated_and_leaves_it_alone()
    {
        await using var store = await TestStore.CreateAsync(migrated: false);
        await store.Store.MigrateAsync([.. Migrations.All, "CREATE TABLE future (n bigint)"]);

        var refusal = await Assert.ThrowsAsync<StoreException>(() => store.Store.MigrateAsync());

        Assert.Contains("newer ClearBg", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(store.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Migrations.All.Count + 1L, await ScalarAsync(store, "SELECT MAX(version) FROM migrations"));
    }

    [Fact]
    public async Task Answers_a_ping_and_notices_a_database_without_a_schema()
    {
        await using var store = await TestStore.CreateAsync(migrated: false);
        await Assert.ThrowsAnyAsync<DbException>(() => store.Store.PingAsync());

        await store.Store.MigrateAsync();

        await store.Store.PingAsync();
    }

    [Fact]
    public async Task Says_which_file_it_cannot_open()
    {
        await using var store = await TestStore.CreateAsync();
        var folder = Path.GetDirectoryName(store.Path)!;
        var text = Path.Combine(folder, "notes.txt");
        await File.WriteAllTextAsync(text, new string('x', 4096));

        foreach (var path in (string[])[folder, text, Path.Combine(text, "below.db")])
        {
            var refusal = Assert.Throws<StoreException>(() => SqliteSource.Open(path));
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        }

        Assert.StartsWith("xxxx", await File.ReadAllTextAsync(text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_vanishes_is_an_error_and_not_a_new_database()
    {
        await using var store = await TestStore.CreateAsync();
        await store.Source.DisposeAsync();
        File.Delete(store.Path);

        await Assert.ThrowsAsync<StoreException>(() => new Store(store.Source, store.Clock, NullLogger<Store>.Instance).MigrateAsync());
        Assert.False(File.Exists(store.Path));
    }

    private static async Task<object?> ScalarAsync(TestStore store, string sql)
    {
        await using var command = store.Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
