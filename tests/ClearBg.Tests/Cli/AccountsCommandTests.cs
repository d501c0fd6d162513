using System.Globalization;
using ClearBg.Cli;
using ClearBg.Credits;

namespace ClearBg.Tests.Cli;

public class AccountsCommandTests
{
    private const string Time = @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ";

    [Fact]
    public async Task Create_prints_the_id_alone_and_grants_what_it_was_told_to()
    {
        await using var installation = await Installation.CreateAsync();

        var (code, output, error) = await installation.RunAsync(
            "accounts", "create", "Müller & Söhne", "--subscription", "100", "--payg", "0.25", "--enterprise=1000000", "--free-calls", "50");

        Assert.Equal(0, code);
        Assert.Matches(@"^[0-9a-f]{12}\r?\n$", output);
        Assert.Contains($"keys create --account {output.Trim()}", error, StringComparison.Ordinal);
        Assert.Equal("Müller & Söhne", (await installation.Store.Accounts.FindAsync(output.Trim()))!.Name);
        Assert.Equal(new Balance(new(100_000), new(250), new(1_000_000_000), 50), await installation.Store.Ledger.BalanceAsync(output.Trim()));
        Assert.Equal(1L, await installation.Store.ScalarAsync("SELECT COUNT(*) FROM transactions"));
    }

    [Fact]
    public async Task Create_gives_a_name_once_and_grants_nothing_the_second_time()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.RunAsync("accounts", "create", "acme");

        var (code, output, error) = await installation.RunAsync("accounts", "create", "acme", "--payg", "5");

        Assert.Equal((1, "", $"An account of this name exists already.{Environment.NewLine}"), (code, output, error));
        Assert.Equal(0L, await installation.Store.ScalarAsync("SELECT COUNT(*) FROM transactions"));
    }

    [Fact]
    public async Task List_writes_a_tab_separated_line_for_each_account_with_what_it_can_spend()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, acme, _) = await installation.RunAsync("accounts", "create", "acme [x]", "--subscription", "7.5", "--free-calls", "3");
        await installation.RunAsync("accounts", "create", "new");
        var key = (await installation.Store.Keys.CreateAsync(acme.Trim(), "shop")).Key;
        Assert.NotNull(await installation.Store.Ledger.ReserveAsync(acme.Trim(), key.Id, new(1000), freeCallPays: false, TimeSpan.FromMinutes(1)));

        var (code, output, error) = await installation.RunAsync("accounts", "list");

        Assert.Equal((0, ""), (code, error));
        var lines = output.Split(Environment.NewLine);
        Assert.Equal(3, lines.Length);
        Assert.Matches($@"^{acme.Trim()}\tacme \[x\]\t{Time}\t6\.5\t0\t0\t3$", lines[0]);
        Assert.Matches($@"^[0-9a-f]{{12}}\tnew\t{Time}\t0\t0\t0\t0$", lines[1]);
    }

    [Fact]
    public async Task Credit_adds_to_a_fund_or_to_free_calls_and_shows_the_account()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, id, _) = await installation.RunAsync("accounts", "create", "acme");

        await CreditAsync(@"0\t12\.345\t0\t0", "acme", "12.345");
        await CreditAsync(@"2\t12\.345\t0\t0", id.Trim(), "2", "--fund", "Subscription", "--note", "order 7");
        await CreditAsync(@"2\t12\.345\t1\t0", "acme", "1", "--fund=enterprise");
        await CreditAsync(@"2\t12\.345\t1\t9", "acme", "9", "--free-calls");

        Assert.Equal(1L, await installation.Store.ScalarAsync("SELECT COUNT(*) FROM transactions WHERE note = 'order 7'"));

        async Task CreditAsync(string funds, params string[] args)
        {
            var (code, output, error) = await installation.RunAsync(["accounts", "credit", .. args]);
            Assert.Equal((0, ""), (code, error));
            Assert.Matches($@"^{id.Trim()}\tacme\t{Time}\t{funds}\r?\n$", output);
        }
    }

    [Theory]
    [InlineData("acme", "-1.5")]
    [InlineData("acme", "-1.5", "--fund", "payg")]
    [InlineData("--fund", "payg", "acme", "-1.5")]
    [InlineData("--", "acme", "-1.5")]
    public async Task Credit_takes_back_a_negative_amount(params string[] args)
    {
        await using var installation = await Installation.CreateAsync();
        var (_, id, _) = await installation.RunAsync("accounts", "create", "acme", "--payg", "2");

        Assert.Equal(0, (await installation.RunAsync(["accounts", "credit", .. args])).Code);

        Assert.Equal(new CreditAmount(500), (await installation.Store.Ledger.BalanceAsync(id.Trim())).PayAsYouGo);
    }

    [Theory]
    [InlineData("less than that", "acme", "-2.001")]
    [InlineData("less than that", "acme", "-1", "--fund", "enterprise")]
    [InlineData("less than that", "acme", "-4", "--free-calls")]
    [InlineData("more than can be kept", "acme", "1000000000000")]
    [InlineData("no such account", "nobody", "1")]
    public async Task Credit_that_cannot_be_given_fails_with_a_sentence_and_changes_nothing(string sentence, params string[] args)
    {
        await using var installation = await Installation.CreateAsync();
        var (_, id, _) = await installation.RunAsync("accounts", "create", "acme", "--payg", "2", "--free-calls", "3");

        var (code, output, error) = await installation.RunAsync(["accounts", "credit", .. args]);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains(sentence, error, StringComparison.Ordinal);
        Assert.Equal(new Balance(default, new(2000), default, 3), await installation.Store.Ledger.BalanceAsync(id.Trim()));
        Assert.Equal(1L, await installation.Store.ScalarAsync("SELECT COUNT(*) FROM transactions"));
    }

    [Fact]
    public async Task Usage_writes_a_line_for_each_day_with_a_charge_and_says_the_sums_on_standard_error()
    {
        await using var installation = await Installation.CreateAsync();
        var (store, ledger) = (installation.Store, installation.Store.Ledger);
        var id = (await installation.RunAsync("accounts", "create", "acme", "--payg", "9", "--free-calls", "1")).Output.Trim();
        var key = (await store.Keys.CreateAsync(id, "shop")).Key.Id;
        var now = TimeProvider.System.GetUtcNow();
        await ChargeAsync(now.AddDays(-31), 5000, isFree: false);
        await ChargeAsync(now.AddDays(-1), 250, isFree: false);
        await ChargeAsync(now.AddDays(-1), 1000, isFree: true);
        await ChargeAsync(now, 1000, isFree: false);

        var (code, output, error) = await installation.RunAsync("accounts", "usage", "acme");
        var longer = await installation.RunAsync("accounts", "usage", id, "--days", "60");
        var none = await installation.RunAsync("accounts", "usage", (await store.Accounts.CreateAsync("new"))!.Id);

        var (yesterday, today) = (Iso(now.AddDays(-1)), Iso(now));
        Assert.Equal((0, $"{yesterday}\t2\t0.25\t1{Environment.NewLine}{today}\t1\t1\t0{Environment.NewLine}"), (code, output));
        Assert.Matches(@"^Since \d{4}-\d\d-\d\d \(UTC\): pictures 3, credits 1\.25, free calls 1\.\r?\n$", error);
        Assert.Equal($"{Iso(now.AddDays(-31))}\t1\t5\t0{Environment.NewLine}{output}", longer.Output);
        Assert.Contains("pictures 4, credits 6.25, free calls 1.", longer.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (none.Code, none.Output));

        async Task ChargeAsync(DateTimeOffset at, long thousandths, bool isFree)
        {
            store.Clock.Now = at;
            var hold = await ledger.ReserveAsync(id, key, new(thousandths), isFree, TimeSpan.FromMinutes(1));
            Assert.NotNull(await ledger.CaptureAsync(hold!, completion: null));
        }

        static string Iso(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task History_lists_grants_with_their_notes_and_charges_with_their_keys()
    {
        await using var installation = await Installation.CreateAsync();
        var id = (await installation.RunAsync("accounts", "create", "acme", "--payg", "2", "--free-calls", "1")).Output.Trim();
        await installation.RunAsync("accounts", "credit", "acme", "0.5", "--fund", "enterprise", "--note", "invoice 17");
        await installation.RunAsync("accounts", "credit", "acme", "-1", "--note", "[refund]");
        var key = (await installation.RunAsync("keys", "create", "--account", "acme")).Output.Trim()[4..16];
        var ledger = installation.Store.Ledger;
        installation.Store.Clock.Now = DateTimeOffset.UtcNow;
        await ledger.CaptureAsync((await ledger.ReserveAsync(id, key, new(1250), freeCallPays: false, TimeSpan.FromMinutes(1)))!, completion: null);

        var (code, output, error) = await installation.RunAsync("accounts", "history", "acme");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            ["grant 0 2 0 1  opening", "grant 0 0 0.5 0  invoice 17", "grant 0 -1 0 0  [refund]", $"capture 0 -1 -0.25 0 {key} "],
            output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(static line => string.Join(' ', line.Split('\t')[1..])));
        Assert.Equal((1, "", CreditsVerb.NoAccount + Environment.NewLine), await installation.RunAsync("accounts", "history", "nobody"));
    }

    [Fact]
    public async Task Usage_of_an_account_that_is_not_there_fails()
    {
        await using var installation = await Installation.CreateAsync();

        Assert.Equal((1, "", CreditsVerb.NoAccount + Environment.NewLine), await installation.RunAsync("accounts", "usage", "nobody"));
    }

    [Theory]
    [InlineData("name", "create")]
    [InlineData("name", "create", "")]
    [InlineData("name", "create", "two\nlines")]
    [InlineData("hyphen", "create", "--free-cals")]
    [InlineData("look like an id", "create", "0123456789ab")]
    [InlineData("--payg", "create", "acme", "--payg", "1.2345")]
    [InlineData("--payg", "create", "acme", "--payg", "1e3")]
    [InlineData("--payg", "create", "acme", "--payg=-1")]
    [InlineData("--subscription", "create", "acme", "--subscription", "1000000000000.001")]
    [InlineData("--free-calls", "create", "acme", "--free-calls", "1.5")]
    [InlineData("--free-calls", "create", "acme", "--free-calls", "-1")]
    [InlineData("'acme'", "list", "acme")]
    [InlineData("amount", "credit", "acme")]
    [InlineData("amount", "credit", "acme", "much")]
    [InlineData("amount", "credit", "acme", "1,5")]
    [InlineData("amount", "credit", "acme", "--fnd", "payg")]
    [InlineData("nothing", "credit", "acme", "0")]
    [InlineData("'2'", "credit", "acme", "1", "2")]
    [InlineData("subscription, payg, enterprise", "credit", "acme", "1", "--fund", "1")]
    [InlineData("no fund", "credit", "acme", "1", "--fund", "payg", "--free-calls")]
    [InlineData("whole", "credit", "acme", "1.5", "--free-calls")]
    [InlineData("--note", "credit", "acme", "1", "--note", "two\nlines")]
    [InlineData("name", "usage")]
    [InlineData("from 1 to 3650", "usage", "acme", "--days", "0")]
    [InlineData("from 1 to 3650", "usage", "acme", "--days", "4000")]
    public async Task A_wrong_command_line_exits_with_2_and_changes_nothing(string sentence, params string[] args)
    {
        await using var installation = await Installation.CreateAsync();
        await installation.RunAsync("accounts", "create", "acme");

        var (code, output, error) = await installation.RunAsync(["accounts", .. args]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(sentence, error, StringComparison.Ordinal);
        Assert.Equal("acme", Assert.Single(await installation.Store.Accounts.ListAsync()).Name);
        Assert.Equal(0L, await installation.Store.ScalarAsync("SELECT COUNT(*) FROM transactions"));
    }
}
