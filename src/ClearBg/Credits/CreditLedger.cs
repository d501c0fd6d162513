using System.Data.Common;
using ClearBg.Storage;

namespace ClearBg.Credits;

/// <summary>
/// What accounts own and spend. A hold takes credits out of the balance before the work; its capture writes them down as spent, its release puts them back.
/// At any moment balance + holds = the sum of the account's entries, and nothing is negative: <see cref="LedgerEntries"/>, <see cref="Migrations"/>.
/// </summary>
/// <remarks>
/// Any number of processes may share the database. A transaction locks one hold at most, and after it one balance or one idempotency record; so none waits for
/// another in a circle. Times come from each process's own clock: holds live for minutes, and clocks must agree better than that.
/// </remarks>
internal sealed class CreditLedger(DbDataSource database, IdempotencyKeys idempotency, TimeProvider clock)
{
    /// <summary>What the account can spend; nothing for one that is unknown or was never granted anything.</summary>
    public Task<Balance> BalanceAsync(string accountId, CancellationToken cancellation = default) =>
        database.ReadAsync(connection => connection.ReadBalanceAsync(accountId, cancellation), cancellation);

    /// <summary>What every account can spend, by its id; those that were never granted anything are left out.</summary>
    public async Task<Dictionary<string, Balance>> BalancesAsync(CancellationToken cancellation = default)
    {
        await using var command = database.Command($"SELECT {Draw.Columns}, account_id FROM balances");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        Dictionary<string, Balance> balances = new(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            balances.Add(reader.GetString(4), reader.GetBalance());
        }

        return balances;
    }

    /// <summary>Adds credits to a fund, or corrects it by a negative amount. The balance after it, or null, and no change, when the fund would fall below nothing or exceed <see cref="CreditAmount.Max"/>.</summary>
    /// <param name="accountId">An account that exists.</param>
    /// <param name="fund">Where to.</param>
    /// <param name="amount">Not nothing.</param>
    /// <param name="note">The operator's words for it, kept for good.</param>
    /// <param name="cancellation">Changes nothing if it comes in time.</param>
    /// <exception cref="DbException">There is no such account.</exception>
    public Task<Balance?> GrantAsync(string accountId, Fund fund, CreditAmount amount, string note, CancellationToken cancellation = default) =>
        GrantAsync(accountId, Draw.Of(fund, amount), note, cancellation);

    /// <summary>As <see cref="GrantAsync(string, Fund, CreditAmount, string, CancellationToken)"/>, for free calls: at most 10¹⁵.</summary>
    public Task<Balance?> GrantFreeCallsAsync(string accountId, long calls, string note, CancellationToken cancellation = default) =>
        GrantAsync(accountId, new Draw(0, 0, 0, calls), note, cancellation);

    /// <summary>Sets an amount aside, or a free call where it pays and there is one. Null when the balance doesn't cover it.</summary>
    /// <param name="accountId">Who pays.</param>
    /// <param name="keyId">The API key that asks.</param>
    /// <param name="amount">More than nothing; from the subscription first, then pay as you go, then enterprise.</param>
    /// <param name="freeCallPays">Whether a free call may take the amount's place.</param>
    /// <param name="lifetime">After which the hold can no longer be captured. Longer than the work may take.</param>
    /// <param name="cancellation">A hold that was made although this came is returned after its lifetime.</param>
    public Task<Hold?> ReserveAsync(
        string accountId, string keyId, CreditAmount amount, bool freeCallPays, TimeSpan lifetime, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(amount, default);
        var (id, isAgain) = (LongId.Create(clock.GetUtcNow()), false);
        return database.TransactAsync(
            async connection =>
            {
                if (isAgain && await connection.IsFreeCallAsync(id, cancellation) is { } freeCall)
                {
                    // Made before; the commit was lost on its way back.
                    return new Hold(id, accountId, freeCall ? default : amount, freeCall);
                }

                isAgain = true;
                if (await connection.LockBalanceAsync(accountId, amount, freeCallPays, cancellation) is not { } balance)
                {
                    return null;
                }

                var draw = Draw.From(balance, amount, freeCallPays);
                var hold = new Hold(id, accountId, draw.FreeCalls > 0 ? default : amount, draw.FreeCalls > 0);
                await connection.AddAsync(accountId, -draw, cancellation);
                await connection.InsertHoldAsync(hold, keyId, draw, clock.GetUtcNow() + lifetime, cancellation);
                return hold;
            },
            cancellation);
    }

    /// <summary>
    /// Charges what is held and gives the balance after it; again, it charges nothing and gives the balance again. Null, and nothing charged, when the hold was
    /// released or its lifetime is over, or when the idempotency record is no longer this request's: then there must be no answer with a picture, and the hold is
    /// to be released.
    /// </summary>
    /// <param name="hold">From <see cref="ReserveAsync"/>.</param>
    /// <param name="completion">Of the idempotency record, made together with the charge; or null.</param>
    /// <param name="cancellation">Leaves unknown whether the charge was made; a client that hangs up should not end this.</param>
    public Task<Balance?> CaptureAsync(Hold hold, Completion? completion, CancellationToken cancellation = default) => database.TransactAsync(
        async connection =>
        {
            if (await connection.EndHoldAsync(hold.Id, clock.Milliseconds, cancellation) is { } ended)
            {
                if (completion is not null && !await idempotency.CompleteAsync(connection, completion, cancellation))
                {
                    return null;
                }

                await connection.WriteCaptureAsync(hold.Id, hold.AccountId, ended.KeyId, ended.Draw, clock.Milliseconds, cancellation);
            }
            else if (!await connection.IsWrittenAsync(hold.Id, cancellation))
            {
                return null;
            }

            return await connection.ReadBalanceAsync(hold.AccountId, cancellation);
        },
        cancellation);

    /// <summary>Puts back what is held; nothing happens to a hold that was captured, released or expired before.</summary>
    public Task ReleaseAsync(Hold hold, CancellationToken cancellation = default) => ReleaseAsync(hold.Id, cancellation);

    /// <summary>Puts back what is held past its lifetime, by processes that died. Says how many holds there were; of sweeps at once each hold counts for one.</summary>
    public async Task<int> ExpireAsync(CancellationToken cancellation = default)
    {
        var expired = 0;
        foreach (var id in await FindExpiredAsync(cancellation))
        {
            // One at a time: two sweeps that locked many in different orders would wait for each other.
            expired += await ReleaseAsync(id, cancellation) is null ? 0 : 1;
        }

        return expired;
    }

    /// <summary>What was charged on each day since a time, oldest first; days without a charge are left out.</summary>
    public async Task<IReadOnlyList<UsageDay>> UsageAsync(string accountId, DateTimeOffset since, CancellationToken cancellation = default)
    {
        await using var command = database.Command(
            """
            SELECT created_at / @day, COUNT(DISTINCT id),
              CAST(-SUM(CASE WHEN fund <> 'free_calls' THEN amount ELSE 0 END) AS bigint), CAST(-SUM(CASE WHEN fund = 'free_calls' THEN amount ELSE 0 END) AS bigint)
            FROM transactions JOIN entries ON transaction_id = id
            WHERE account_id = @account AND created_at >= @since AND kind = 'capture' AND book = 'account'
            GROUP BY 1 ORDER BY 1
            """,
            ("@account", accountId),
            ("@day", (long)TimeSpan.MillisecondsPerDay),
            ("@since", since.ToUnixTimeMilliseconds()));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<UsageDay> days = [];
        while (await reader.ReadAsync(cancellation))
        {
            var day = DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(reader.GetInt64(0)));
            days.Add(new UsageDay(day, reader.GetInt64(1), new CreditAmount(reader.GetInt64(2)), reader.GetInt64(3)));
        }

        return days;
    }

    /// <summary>Every transaction since a time, oldest first.</summary>
    public async Task<IReadOnlyList<LedgerLine>> HistoryAsync(string accountId, DateTimeOffset since, CancellationToken cancellation = default)
    {
        await using var command = database.Command(
            """
            SELECT created_at, kind, key_id, note,
              CAST(SUM(CASE WHEN fund = 'subscription' THEN amount ELSE 0 END) AS bigint), CAST(SUM(CASE WHEN fund = 'pay_as_you_go' THEN amount ELSE 0 END) AS bigint),
              CAST(SUM(CASE WHEN fund = 'enterprise' THEN amount ELSE 0 END) AS bigint), CAST(SUM(CASE WHEN fund = 'free_calls' THEN amount ELSE 0 END) AS bigint)
            FROM transactions JOIN entries ON transaction_id = id
            WHERE account_id = @account AND created_at >= @since AND book = 'account'
            GROUP BY id, created_at, kind, key_id, note ORDER BY created_at, id
            """,
            ("@account", accountId),
            ("@since", since.ToUnixTimeMilliseconds()));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<LedgerLine> lines = [];
        while (await reader.ReadAsync(cancellation))
        {
            var moved = new Draw(reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7));
            lines.Add(new LedgerLine(reader.GetTime(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3), moved));
        }

        return lines;
    }

    private Task<Balance?> GrantAsync(string accountId, Draw granted, string note, CancellationToken cancellation)
    {
        if (granted == default || granted.Parts.Any(part => part.Amount is < -CreditAmount.MaxThousandths or > CreditAmount.MaxThousandths))
        {
            throw new ArgumentOutOfRangeException(nameof(granted), $"A grant is not nothing, and at most {CreditAmount.Max} credits.");
        }

        var id = LongId.Create(clock.GetUtcNow());
        return database.TransactAsync(
            async connection =>
            {
                // Written before where a commit was lost on its way back.
                if (await connection.WriteGrantAsync(id, accountId, granted, note, clock.Milliseconds, cancellation)
                    && !await connection.TryAddAsync(accountId, granted, cancellation))
                {
                    return null;
                }

                return await connection.ReadBalanceAsync(accountId, cancellation);
            },
            cancellation);
    }

    private Task<EndedHold?> ReleaseAsync(string holdId, CancellationToken cancellation) => database.TransactAsync(
        async connection =>
        {
            var ended = await connection.EndHoldAsync(holdId, livingAt: long.MinValue, cancellation);
            if (ended is not null)
            {
                await connection.AddAsync(ended.AccountId, ended.Draw, cancellation);
            }

            return ended;
        },
        cancellation);

    private async Task<List<string>> FindExpiredAsync(CancellationToken cancellation)
    {
        await using var command = database.Command("SELECT id FROM holds WHERE expires_at <= @now ORDER BY expires_at, id", ("@now", clock.Milliseconds));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<string> ids = [];
        while (await reader.ReadAsync(cancellation))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }
}
