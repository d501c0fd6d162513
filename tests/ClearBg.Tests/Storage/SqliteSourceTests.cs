using System.Globalization;
using ClearBg.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Storage;

public class SqliteSourceTests
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
}
