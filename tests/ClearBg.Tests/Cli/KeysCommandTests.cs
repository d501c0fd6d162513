using ClearBg.Cli;
using ClearBg.Credits;
using ClearBg.Storage;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Cli;

public class KeysCommandTests
{
    [Fact]
    public async Task Create_prints_the_key_alone_on_standard_output()
    {
        await using var installation = await Installation.CreateAsync();

        var (code, output, error) = await installation.RunAsync("keys", "create", "--name", "shop");

        Assert.Equal(0, code);
        Assert.Matches(@"^cbg_[0-9a-f]{12}_[0-9a-f]{64}\r?\n$", output);
        Assert.Contains("shown once", error, StringComparison.Ordinal);
        Assert.DoesNotContain(output.Trim()[17..], error, StringComparison.Ordinal);
        Assert.Equal("shop", (await installation.Store.Keys.VerifyAsync(output.Trim()))!.Name);
    }

    [Fact]
    public async Task Create_serves_as_first_start_and_then_adds_to_the_same_account()
    {
        await using var installation = await Installation.CreateAsync();

        await installation.RunAsync("keys", "create");
        await installation.RunAsync("keys", "create", "--account", "default");

        Assert.Equal("default", Assert.Single(await installation.Store.Accounts.ListAsync()).Name);
        Assert.Equal(2, (await installation.Store.Keys.ListAsync()).Count);
        Assert.Null(await installation.Store.FirstAccount.EnsureAsync());
    }

    [Fact]
    public async Task Create_takes_an_account_by_name_or_id_and_fails_on_any_other()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.Store.Store.MigrateAsync();
        var acme = await installation.Store.Accounts.CreateAsync("acme");

        Assert.Equal(0, (await installation.RunAsync("keys", "create", "--account", "acme")).Code);
        Assert.Equal(0, (await installation.RunAsync("keys", "create", "--account", acme!.Id)).Code);
        var (code, output, error) = await installation.RunAsync("keys", "create", "--account", "nobody");
        var (unnamed, _, _) = await installation.RunAsync("keys", "create");

        Assert.Equal((1, "", 1), (code, output, unnamed));
        Assert.Contains("no such account", error, StringComparison.Ordinal);
        Assert.All(await installation.Store.Keys.ListAsync(), key => Assert.Equal(acme.Id, key.AccountId));
    }

    [Fact]
    public async Task Create_binds_a_key_to_an_application_or_gives_it_a_profile_and_the_list_shows_both()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, app, _) = await installation.RunAsync("apps", "create", "camera");

        // The first of all keys too, with which the first account comes.
        var (_, bound, _) = await installation.RunAsync("keys", "create", "--app", "camera");
        var (_, byId, _) = await installation.RunAsync("keys", "create", "--app", app[4..16]);
        var (_, profiled, _) = await installation.RunAsync("keys", "create", "--profile", "removebg");
        var (_, other, _) = await installation.RunAsync("keys", "create", "--profile", "ClearBG");

        Assert.Equal((app[4..16], null), await BindingAsync(bound));
        Assert.Equal((app[4..16], null), await BindingAsync(byId));
        Assert.Equal((null, ApiProfile.RemoveBg), await BindingAsync(profiled));
        Assert.Equal((null, ApiProfile.ClearBg), await BindingAsync(other));
        var ends = (await installation.RunAsync("keys", "list")).Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(static line => string.Join('\t', line.Split('\t')[^2..]));
        Assert.Equal(["\tclearbg", "\tremovebg", "camera\t", "camera\t"], ends.Order(StringComparer.Ordinal));

        async Task<(string? Application, ApiProfile? Profile)> BindingAsync(string key)
        {
            var verified = await installation.Store.Keys.VerifyAsync(key.Trim());
            return (verified!.ApplicationId, verified.Profile);
        }
    }

    [Fact]
    public async Task Create_fails_on_an_unknown_application_before_it_makes_an_account()
    {
        await using var installation = await Installation.CreateAsync();

        Assert.Equal((1, "", CreditsVerb.NoApplication + Environment.NewLine), await installation.RunAsync("keys", "create", "--app", "camera"));
        Assert.Empty(await installation.Store.Accounts.ListAsync());
    }

    /// <summary>Whoever may write to the database may write what the verbs refuse.</summary>
    [Fact]
    public async Task Lists_stay_one_line_a_row_whatever_a_name_in_the_database_holds()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.RunAsync("apps", "create", "camera");
        await installation.RunAsync("keys", "create", "--app", "camera");
        foreach (var table in (string[])["accounts", "applications", "api_keys"])
        {
            await installation.Store.ScalarAsync($"UPDATE {table} SET name = 'a' || char(9) || char(10) || char(27) || '[2J'");
        }

        foreach (var list in (string[])["keys", "accounts", "apps"])
        {
            var (code, output, _) = await installation.RunAsync(list, "list");
            Assert.Equal(0, code);
            Assert.Contains("\ta\uFFFD\uFFFD\uFFFD[2J\t", output, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', output.TrimEnd());
        }
    }

    [Fact]
    public async Task List_writes_tab_separated_lines_without_secrets_when_redirected()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, secret, _) = await installation.RunAsync("keys", "create", "--name", "build [ci]");
        var id = secret[4..16];

        var (code, output, _) = await installation.RunAsync("keys", "list");

        Assert.Equal(0, code);
        Assert.Matches($@"^{id}\tbuild \[ci\]\tdefault\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ\t\t\t\r?\n$", output);
    }

    [Fact]
    public void List_draws_a_table_on_a_terminal_reads_no_markup_in_names_and_breaks_no_id()
    {
        var now = new ManualClock().Now;
        var account = new Account("00000000000a", "acme", now);
        using var output = new StringWriter();

        KeyTable.Write(output, [new ApiKey("00000000000b", account.Id, "[b]ci[/", now, now, "00000000000c")], [account], [new("00000000000c", "camera", 0, true, now)], onTerminal: true);

        Assert.Contains("[b]ci[/", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Account", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("00000000000b", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_refuses_the_key_and_may_be_repeated()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, key, _) = await installation.RunAsync("keys", "create");

        Assert.Equal(0, (await installation.RunAsync("keys", "revoke", key[4..16])).Code);
        Assert.Equal(0, (await installation.RunAsync("keys", "revoke", key[4..16])).Code);

        Assert.Null(await installation.Store.Keys.VerifyAsync(key.Trim()));
    }

    [Fact]
    public async Task Revoke_fails_on_an_unknown_id_without_repeating_what_may_be_a_whole_key()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, key, _) = await installation.RunAsync("keys", "create");

        var (code, output, error) = await installation.RunAsync("keys", "revoke", key.Trim());

        Assert.Equal(1, code);
        Assert.DoesNotContain(key.Trim()[17..], output + error, StringComparison.Ordinal);
        Assert.NotNull(await installation.Store.Keys.VerifyAsync(key.Trim()));
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("keys", "frobnicate")]
    [InlineData("keys", "revoke")]
    [InlineData("keys", "create", "--nmae", "x")]
    [InlineData("keys", "create", "--profile", "remove")]
    [InlineData("keys", "create", "--profile", "1")]
    [InlineData("keys", "create", "--app", "camera", "--profile", "removebg")]
    [InlineData("keys", "create", "--name", "")]
    [InlineData("keys", "create", "--name", "two\nlines")]
    [InlineData("keys", "create", "--name", "two\u2028lines")]
    [InlineData("keys", "create", "--name", "two\u2029paragraphs")]
    [InlineData("keys", "create", "--name", "turned\u202Eround")]
    [InlineData("keys", "create", "--name", "tagged\U000E0041")]
    public async Task A_wrong_command_line_exits_with_2_and_leaves_standard_output_empty(params string[] args)
    {
        await using var installation = await Installation.CreateAsync();

        var (code, output, error) = await installation.RunAsync(args);

        Assert.Equal((2, ""), (code, output));
        Assert.False(string.IsNullOrWhiteSpace(error));
    }

    [Theory]
    [InlineData("""{ "Storage": { "Database": "" } }""")]
    [InlineData("""{ "Credits": """)]
    public async Task A_wrong_configuration_exits_with_2_and_one_message(string settings)
    {
        await using var installation = await Installation.CreateAsync();
        await installation.ConfigureAsync(settings);

        var (code, output, error) = await installation.RunAsync("keys", "list");

        Assert.Equal((2, ""), (code, output));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_exits_with_1_and_one_message()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.Store.Store.MigrateAsync([.. Migrations.All, "CREATE TABLE future (n bigint)"]);

        var (code, output, error) = await installation.RunAsync("keys", "create");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("newer ClearBg", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    /// <summary>Locked, full or read-only: this was a stack trace.</summary>
    [Fact]
    public async Task A_database_that_refuses_a_statement_exits_with_1_and_one_message()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.Store.Store.MigrateAsync();
        await installation.Store.RefuseKeysAsync();

        var (code, output, error) = await installation.RunAsync("keys", "create");

        Assert.Equal((1, "", $"The database cannot be used: SQLite Error 19: 'no room'.{Environment.NewLine}"), (code, output, error));
    }
}
