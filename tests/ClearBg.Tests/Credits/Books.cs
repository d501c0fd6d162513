using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

/// <summary>What must hold in every ledger at every moment, asked of the database itself.</summary>
internal static class Books
{
    // One statement, so that it sees one moment even while others write.
    private static readonly string Mistakes =
        $"""
        SELECT (SELECT COUNT(*) FROM (SELECT transaction_id FROM entries GROUP BY transaction_id, fund HAVING SUM(amount) <> 0) AS unbalanced)
          + (SELECT COUNT(*) FROM transactions WHERE id NOT IN (SELECT transaction_id FROM entries))
          + {string.Join(" + ", Draw.Columns.Split(", ").Select(MistakesIn))}
        """;

    /// <summary>Every transaction has entries that sum to zero in each fund; what an account has available and held is the sum of its entries, and nowhere below nothing.</summary>
    public static async Task AssertBalancedAsync(TestStore store) => Assert.Equal(0L, await store.ScalarAsync(Mistakes));

    private static string MistakesIn(string fund) =>
        $"""
        (SELECT COUNT(*) FROM accounts WHERE
          COALESCE((SELECT SUM(amount) FROM entries JOIN transactions ON transactions.id = transaction_id
                    WHERE account_id = accounts.id AND book = 'account' AND fund = '{fund}'), 0)
          <> COALESCE((SELECT {fund} FROM balances WHERE account_id = accounts.id), 0) + COALESCE((SELECT SUM({fund}) FROM holds WHERE account_id = accounts.id), 0))
        + (SELECT COUNT(*) FROM balances WHERE {fund} < 0) + (SELECT COUNT(*) FROM holds WHERE {fund} < 0)
        """;
}
