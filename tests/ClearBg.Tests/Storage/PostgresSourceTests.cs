using ClearBg.Credits;
using ClearBg.Storage;
using ClearBg.Tests.Credits;
using ClearBg.Tests.Segmentation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Storage;

public class PostgresSourceTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=clearbg;Password=hunter2")]
    [InlineData("Host=/nonexistent;Username=clearbg;Password=hunter2")]
    public async Task A_server_that_is_not_there_is_one_sentence_without_the_password(string connectionString)
    {
        await using var source = PostgresSource.Open(connectionString);

        var refusal = await Assert.ThrowsAsync<StoreException>(() => new Store(source, TimeProvider.System, NullLogger<Store>.Instance).MigrateAsync());

        Assert.StartsWith("The database cannot be used: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.DoesNotContain(Secret, refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [OnPostgres]
    public async Task A_server_that_refuses_the_user_is_one_sentence_too(Engine engine)
    {
        Assert.Equal(Engine.Postgres, engine);
        await using var source = PostgresSource.Open($"{Postgres.Shared.ConnectionString};Username=nobody;Password={Secret}");

        var refusal = await Assert.ThrowsAsync<StoreException>(() => new Store(source, TimeProvider.System, NullLogger<Store>.Instance).MigrateAsync());

        Assert.Contains("\"nobody\"", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.DoesNotContain(Secret, refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://clearbg:hunter2@db/clearbg")]
    [InlineData("Host=db;Passwort=hunter2")]
    [InlineData("Host=db;Port=hunter2")]
    [InlineData("Username=clearbg;Password=hunter2")]
    [InlineData("Host=db;Password=hun;hunter2=x")]
    public void A_connection_string_that_cannot_be_used_is_a_mistake_in_the_configuration_and_not_repeated(string connectionString)
    {
        using var services = Services(("Storage:ConnectionString", connectionString));

        var refusal = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<StorageOptions>>().Value);

        Assert.StartsWith("Storage:ConnectionString ", Assert.Single(refusal.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [OnPostgres]
    public async Task A_connection_string_takes_the_place_of_the_file(Engine engine)
    {
        Assert.Equal(Engine.Postgres, engine);
        using var folder = new TemporaryFolder();
        await using var store = await TestStore.CreateAsync(Engine.Postgres, migrated: false);
        var file = folder["clearbg.db"];
        await using var services = Services(("Storage:ConnectionString", store.ConnectionString), ("Storage:Database", file));

        await services.GetRequiredService<Store>().MigrateAsync();
        Assert.NotNull(await services.GetRequiredService<FirstAccount>().EnsureAsync());

        Assert.False(File.Exists(file));
        Assert.Single(await store.Accounts.ListAsync());
    }

    /// <summary>PostgreSQL's IF NOT EXISTS doesn't see what another process has created and not yet committed.</summary>
    [Theory]
    [OnPostgres]
    public async Task A_migration_that_meets_another_one_at_its_first_table_goes_on_after_it(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine, migrated: false);
        await using var other = await store.Source.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var create = other.Command("CREATE TABLE migrations (version bigint PRIMARY KEY NOT NULL, applied_at bigint NOT NULL)");
        await create.ExecuteNonQueryAsync();

        var migrating = store.Store.MigrateAsync();
        while (await store.ScalarAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = current_schema AND wait_event_type = 'Lock'") is 0L)
        {
            Assert.False(migrating.IsCompleted);
        }

        await transaction.CommitAsync();
        await migrating;
        Assert.Equal((long)Migrations.All.Count, await store.ScalarAsync("SELECT COUNT(*) FROM migrations"));
    }

    /// <summary>As after a restart or a failover: the pool still has connections that lead nowhere.</summary>
    [Theory]
    [OnPostgres]
    public async Task A_charge_goes_through_although_the_server_has_ended_the_connection(Engine engine)
    {
        await using var customer = await Customer.CreateAsync(engine);
        await using var other = customer.Store.OpenAgain();
        await customer.GrantAsync(Fund.Subscription, "1");
        var application = (await customer.Store.Applications.CreateAsync("camera", 0))!;
        var key = await customer.Store.CreateKeyAsync();

        await EndConnectionsAsync();
        Assert.NotNull(await customer.Store.Keys.VerifyAsync(key.Reveal()));
        await EndConnectionsAsync();
        Assert.NotNull(await customer.Store.Applications.VerifyAsync(application.Reveal()));
        await EndConnectionsAsync();
        Assert.Equal(5, (await customer.Store.RateWindows.LookAsync("a", 5, customer.Store.Clock.Now)).Remaining);
        await EndConnectionsAsync();
        Assert.Equal("1", (await customer.BalanceAsync()).Total.ToString());
        await EndConnectionsAsync();
        var hold = await customer.ReserveAsync("1");

        Assert.Equal(Balance.Empty, await customer.Ledger.CaptureAsync(hold!, null));
        await Books.AssertBalancedAsync(customer.Store);

        async Task EndConnectionsAsync() => Assert.Equal(true, await other.ScalarAsync(
            "SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE application_name = current_schema AND pid <> pg_backend_pid()"));
    }

    [Theory]
    [InlineData("Host=db", 20)]
    [InlineData("Host=db;Maximum Pool Size=3", 3)]
    [InlineData("Host=db;MaxPoolSize=3", 3)]
    public void An_operator_s_keyword_counts_before_a_default(string connectionString, int connections)
    {
        using var source = PostgresSource.Open(connectionString);

        Assert.Equal(connections, new Npgsql.NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value))).Build())
        .AddStorage()
        .AddCredits()
        .BuildServiceProvider();
}
