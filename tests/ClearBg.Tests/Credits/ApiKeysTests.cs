using System.Data.Common;
using System.Text;
using System.Text.Json;
using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

public class ApiKeysTests
{
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Verifies_a_new_key_and_tells_whose_it_is(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        var created = await store.CreateKeyAsync("shop");
        var verified = await store.Keys.VerifyAsync(created.Reveal());

        Assert.Equal(created.Key, verified);
        Assert.Equal("shop", verified!.Name);
        Assert.Equal(store.Clock.Now, verified.CreatedAt);
        Assert.Equal("acme", (await store.Accounts.FindAsync(verified.AccountId))!.Name);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Refuses_the_right_id_with_a_wrong_secret_and_the_right_secret_with_a_wrong_id(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var (one, other) = ((await store.CreateKeyAsync()).Reveal(), (await store.CreateKeyAsync()).Reveal());

        Assert.Null(await store.Keys.VerifyAsync(one[..17] + other[17..]));
        Assert.Null(await store.Keys.VerifyAsync(one[..^1] + (one[^1] == '0' ? '1' : '0')));
        Assert.Null(await store.Keys.VerifyAsync("cbg_000000000000" + one[16..]));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Refuses_an_unknown_id_even_with_the_hash_that_unknown_ids_are_compared_with(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        Assert.Null(await store.Keys.VerifyAsync("cbg_000000000000_" + new string('0', 64)));
    }

    [Theory]
    [MemberData(nameof(KeyTextTests.Malformed), MemberType = typeof(KeyTextTests))]
    public async Task Refuses_malformed_keys_without_asking_the_database(string? presented)
    {
        await using var store = await TestStore.CreateAsync(migrated: false);

        // There is no table to ask: reaching the database would throw.
        Assert.Null(await store.Keys.VerifyAsync(presented));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Refuses_a_revoked_key_at_once_in_every_process(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        await using var other = store.OpenAgain();
        var key = await store.CreateKeyAsync();
        Assert.NotNull(await other.Keys.VerifyAsync(key.Reveal()));

        Assert.True(await store.Keys.RevokeAsync(key.Key.Id));

        Assert.Null(await store.Keys.VerifyAsync(key.Reveal()));
        Assert.Null(await other.Keys.VerifyAsync(key.Reveal()));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Revoking_again_keeps_the_first_time_and_revoking_an_unknown_id_says_so(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var (key, kept) = (await store.CreateKeyAsync(), await store.CreateKeyAsync());
        var first = store.Clock.Now;
        await store.Keys.RevokeAsync(key.Key.Id);
        store.Clock.Now += TimeSpan.FromDays(1);

        Assert.True(await store.Keys.RevokeAsync(key.Key.Id));
        Assert.False(await store.Keys.RevokeAsync("000000000000"));

        Assert.Equal(first, (await store.Keys.ListAsync()).Single(listed => listed.RevokedAt is not null).RevokedAt);
        Assert.Equal(kept.Key, await store.Keys.VerifyAsync(kept.Reveal()));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Lists_oldest_first_with_revoked_keys(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        foreach (var name in (string[])["first", "second", "third"])
        {
            await store.CreateKeyAsync(name);
            store.Clock.Now += TimeSpan.FromSeconds(1);
        }

        Assert.Equal("first second third", string.Join(' ', (await store.Keys.ListAsync()).Select(key => key.Name)));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Survives_reopening_the_database(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var key = await store.CreateKeyAsync();
        await store.Source.DisposeAsync();

        await using var reopened = store.OpenAgain();
        await reopened.Store.MigrateAsync();

        Assert.Equal(key.Key, await reopened.Keys.VerifyAsync(key.Reveal()));
    }

    [Fact]
    public async Task Never_writes_the_secret_to_disk()
    {
        await using var store = await TestStore.CreateAsync();
        var key = await store.CreateKeyAsync();
        var text = key.Reveal()[17..];
        await store.Keys.VerifyAsync(key.Reveal());

        // The write-ahead log is still there: the source is open.
        var files = Directory.GetFiles(Path.GetDirectoryName(store.Path)!);
        Assert.True(File.Exists(store.Path + "-wal"));
        var bytes = files.SelectMany(file => ReadShared(file)).ToArray();
        Assert.NotEqual(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(key.Key.Id)));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(Convert.FromHexString(text)));
    }

    [Fact]
    public async Task A_new_key_shows_no_secret_to_logs_and_serializers()
    {
        await using var store = await TestStore.CreateAsync();
        var key = await store.CreateKeyAsync();
        var secret = key.Reveal()[17..];

        Assert.DoesNotContain(secret, $"{key} {JsonSerializer.Serialize(key)} {key.Key}", StringComparison.Ordinal);
        Assert.DoesNotContain(typeof(NewApiKey).GetProperties(), property => Equals(property.GetValue(key), key.Reveal()));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Needs_an_account_that_exists(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);

        await Assert.ThrowsAnyAsync<DbException>(() => store.Keys.CreateAsync("000000000000", "orphan"));
        Assert.Empty(await store.Keys.ListAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two\nlines")]
    [InlineData("tab\tbed")]
    [InlineData("\u001b[2J")]
    public async Task Takes_no_name_that_would_break_a_line_or_a_terminal(string name)
    {
        await using var store = await TestStore.CreateAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => store.CreateKeyAsync(name));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Accounts.CreateAsync(name));
        Assert.False(DisplayName.IsValid(new string('n', 101)));
        Assert.True(DisplayName.IsValid(new string('n', 100)));
    }

    private static byte[] ReadShared(string file)
    {
        // Shared for writing, which File.ReadAllBytes is not: SQLite has the file open. Closing it drops SQLite's locks (see SqliteSource); the store is idle.
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
