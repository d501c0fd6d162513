using System.Threading.Channels;
using ClearBg.Cli;
using ClearBg.Credits;
using ClearBg.Storage;
using ClearBg.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClearBg.Tests.Credits;

public class HoldSweeperTests
{
    [Fact]
    public async Task Returns_what_dead_processes_held_at_the_start_and_then_every_minute()
    {
        await using var customer = await Customer.CreateAsync(Engine.Sqlite);
        await customer.GrantAsync(Fund.Subscription, "2");
        var (time, log) = (new Ticks(), new Log());
        using var sweeper = new HoldSweeper(customer.Ledger, customer.Store.Idempotency, customer.Store.RateWindows, time, log);

        await LeaveAsync(customer);
        await sweeper.StartAsync(CancellationToken.None);
        Assert.Equal(LogLevel.Warning, await log.NextAsync());
        await AssertReturnedAsync(customer);

        await LeaveAsync(customer);
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), time.Period);
        time.Tick();
        Assert.Equal(LogLevel.Warning, await log.NextAsync());
        await AssertReturnedAsync(customer);
        await sweeper.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Goes_on_after_a_sweep_that_the_database_refused()
    {
        await using var store = await TestStore.CreateAsync(Engine.Sqlite, migrated: false);
        var (time, log) = (new Ticks(), new Log());
        using var sweeper = new HoldSweeper(store.Ledger, store.Idempotency, store.RateWindows, time, log);

        await sweeper.StartAsync(CancellationToken.None);
        Assert.Equal(LogLevel.Error, await log.NextAsync());

        await store.Store.MigrateAsync();
        var customer = new Customer(store, (await store.CreateKeyAsync()).Key);
        await customer.GrantAsync(Fund.Subscription, "2");
        await LeaveAsync(customer);
        time.Tick();
        Assert.Equal(LogLevel.Warning, await log.NextAsync());
        await AssertReturnedAsync(customer);
        await sweeper.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void Runs_in_the_server_and_not_in_a_verb()
    {
        Assert.Contains(ServeCommand.CreateBuilder([]).Services, service => service.ImplementationType == typeof(HoldSweeper));
        Assert.DoesNotContain(new ServiceCollection().AddStorage().AddCredits(), service => service.ServiceType == typeof(IHostedService));
    }

    /// <summary>A hold, a record and a window, past their time.</summary>
    private static async Task LeaveAsync(Customer customer)
    {
        await customer.ReserveAsync("1.5");
        await customer.Store.Idempotency.BeginAsync(customer.KeyId, "order", "print", TimeSpan.FromMinutes(5));
        await customer.Store.RateWindows.TakeAsync("key", 1, 1, customer.Store.Clock.Now + TimeSpan.FromMinutes(5));
        customer.Store.Clock.Now += TimeSpan.FromMinutes(5);
    }

    private static async Task AssertReturnedAsync(Customer customer)
    {
        Assert.Equal(Customer.Credits("2"), (await customer.BalanceAsync()).Total);
        Assert.Equal(0L, await customer.Store.ScalarAsync("SELECT COUNT(*) FROM idempotency_keys"));
        Assert.Equal(0L, await customer.Store.ScalarAsync("SELECT COUNT(*) FROM rate_windows"));
    }

    private sealed class Log : ILogger<HoldSweeper>
    {
        private readonly Channel<LogLevel> _levels = Channel.CreateUnbounded<LogLevel>();

        /// <summary>How grave the next line is, once it is written.</summary>
        public Task<LogLevel> NextAsync() => _levels.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _levels.Writer.TryWrite(logLevel);

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
