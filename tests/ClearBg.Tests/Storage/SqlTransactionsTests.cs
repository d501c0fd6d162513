using System.Globalization;
using ClearBg.Storage;

namespace ClearBg.Tests.Storage;

public class SqlTransactionsTests
{
    /// <summary>Cancelled between the commit and its answer, work was done that nobody knew of, and nobody undid.</summary>
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_was_done_is_told_to_a_caller_who_no_longer_waits(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        using var gone = new CancellationTokenSource();

        var value = await store.Source.TransactAsync(
            async connection =>
            {
                await using var command = connection.Command("INSERT INTO rate_windows (subject, used, ends_at) VALUES ('a', 1, 1)");
                await command.ExecuteNonQueryAsync(CancellationToken.None);
                await gone.CancelAsync();
                return "done";
            },
            gone.Token);

        Assert.Equal("done", value);
        Assert.Equal(1, Convert.ToInt64(await store.ScalarAsync("SELECT COUNT(*) FROM rate_windows"), CultureInfo.InvariantCulture));
    }
}
