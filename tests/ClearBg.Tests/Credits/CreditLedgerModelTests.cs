using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

/// <summary>Random steps, each done to the ledger and to a model that is four numbers and a list for each account; after each both must agree.</summary>
public class CreditLedgerModelTests
{
    private const int Steps = 150;

    [Theory]
    [OnSqlite(1)]
    [OnSqlite(2)]
    [OnPostgres(3)]
    public async Task Any_sequence_of_steps_leaves_what_a_simple_model_says(Engine engine, int seed)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var random = new Random(seed);
        var keys = new[] { await store.CreateKeyAsync(), await store.Keys.CreateAsync((await store.Accounts.CreateAsync("other"))!.Id, "other") };
        var accounts = keys.Select(key => new Model(key.Key.AccountId, key.Key.Id)).ToArray();

        for (var step = 0; step < Steps; step++)
        {
            var account = accounts[random.Next(accounts.Length)];
            await StepAsync(store, random, account, accounts);

            foreach (var each in accounts)
            {
                Assert.Equal(each.Balance, await store.Ledger.BalanceAsync(each.AccountId));
            }

            await Books.AssertBalancedAsync(store);
        }

        Assert.All(accounts, account => Assert.True(account.Captured > 0));
    }

    private static async Task StepAsync(TestStore store, Random random, Model account, Model[] all)
    {
        var part = random.Next(4);
        switch (random.Next(10))
        {
            case < 2:
                var granted = random.Next(-4, 9) is var number && number == 0 ? 1 : number;
                var after = part < 3
                    ? await store.Ledger.GrantAsync(account.AccountId, (Fund)part, new CreditAmount(250 * granted), "step")
                    : await store.Ledger.GrantFreeCallsAsync(account.AccountId, granted, "step");
                Assert.Equal(account.TryAdd(part, part < 3 ? 250 * granted : granted), after is not null);
                break;
            case < 6:
                var (amount, freeCallPays, lifetime) = (new CreditAmount(250 * random.Next(1, 8)), random.Next(4) == 0, TimeSpan.FromSeconds(random.Next(1, 20)));
                var hold = await store.Ledger.ReserveAsync(account.AccountId, account.KeyId, amount, freeCallPays, lifetime);
                var taken = account.Take(amount.Thousandths, freeCallPays);
                Assert.Equal(taken is null, hold is null);
                if (hold is not null)
                {
                    Assert.Equal((amount.Thousandths * (1 - taken![3]), taken[3] == 1), (hold.Amount.Thousandths, hold.IsFreeCall));
                    account.Holds.Add(new(hold, taken, store.Clock.Now + lifetime));
                }

                break;
            case 6 or 7 when account.Holds.Count > 0:
                // Ended ones stay in the list, so that some are captured and released again.
                var captured = account.Holds[random.Next(account.Holds.Count)];
                var may = captured.State == Ended.Captured || (captured.State == Ended.No && captured.Until > store.Clock.Now);
                Assert.Equal(may, await store.Ledger.CaptureAsync(captured.Hold, null) is not null);
                account.Captured += may && captured.State == Ended.No ? 1 : 0;
                captured.State = may ? Ended.Captured : captured.State;
                break;
            case 8 when account.Holds.Count > 0:
                var released = account.Holds[random.Next(account.Holds.Count)];
                await store.Ledger.ReleaseAsync(released.Hold);
                account.Return(released);
                break;
            case 9:
                store.Clock.Now += TimeSpan.FromSeconds(random.Next(5));
                var expired = all.SelectMany(each => each.Holds.Where(held => held.State == Ended.No && held.Until <= store.Clock.Now).Select(held => (each, held))).ToList();
                Assert.Equal(expired.Count, await store.Ledger.ExpireAsync());
                expired.ForEach(pair => pair.each.Return(pair.held));
                break;
        }
    }

    private enum Ended
    {
        No,
        Captured,
        Returned,
    }

    private sealed class Held(Hold hold, long[] taken, DateTimeOffset until)
    {
        public Hold Hold => hold;

        public long[] Taken => taken;

        public DateTimeOffset Until => until;

        public Ended State { get; set; }
    }

    private sealed class Model(string accountId, string keyId)
    {
        private readonly long[] _parts = new long[4];

        public string AccountId => accountId;

        public string KeyId => keyId;

        public List<Held> Holds { get; } = [];

        public int Captured { get; set; }

        public Balance Balance => new(new(_parts[0]), new(_parts[1]), new(_parts[2]), _parts[3]);

        public bool TryAdd(int part, long amount)
        {
            var possible = _parts[part] + amount >= 0;
            _parts[part] += possible ? amount : 0;
            return possible;
        }

        public long[]? Take(long amount, bool freeCallPays)
        {
            var taken = new long[4];
            if (freeCallPays && _parts[3] > 0)
            {
                (taken[3], _parts[3]) = (1, _parts[3] - 1);
                return taken;
            }

            if (_parts[0] + _parts[1] + _parts[2] < amount)
            {
                return null;
            }

            // A thousandth at a time, from the first fund that has one.
            for (; amount > 0; amount--)
            {
                var fund = Array.FindIndex(_parts, left => left > 0);
                _parts[fund]--;
                taken[fund]++;
            }

            return taken;
        }

        public void Return(Held held)
        {
            if (held.State == Ended.No)
            {
                held.State = Ended.Returned;
                for (var part = 0; part < _parts.Length; part++)
                {
                    _parts[part] += held.Taken[part];
                }
            }
        }
    }
}
