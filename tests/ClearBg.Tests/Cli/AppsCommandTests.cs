using ClearBg.Cli;

namespace ClearBg.Tests.Cli;

public class AppsCommandTests
{
    [Fact]
    public async Task Create_prints_the_key_alone_on_standard_output()
    {
        await using var installation = await Installation.CreateAsync();

        var (code, output, error) = await installation.RunAsync("apps", "create", "camera", "--daily-limit", "25");

        Assert.Equal(0, code);
        Assert.Matches(@"^cba_[0-9a-f]{12}_[0-9a-f]{64}\r?\n$", output);
        Assert.Contains(output[4..16], error, StringComparison.Ordinal);
        Assert.DoesNotContain(output.Trim()[17..], error, StringComparison.Ordinal);
        var application = await installation.Store.Applications.VerifyAsync(output.Trim());
        Assert.Equal(("camera", 25, true), (application!.Name, application.DailyLimit, application.IsEnabled));
    }

    [Fact]
    public async Task Create_allows_nothing_without_a_key_unless_told_to_and_gives_a_name_once()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.RunAsync("apps", "create", "camera");

        var again = await installation.RunAsync("apps", "create", "camera", "--daily-limit", "9");

        Assert.Equal((1, "", $"An application of this name exists already.{Environment.NewLine}"), again);
        Assert.Equal(0, Assert.Single(await installation.Store.Applications.ListAsync()).DailyLimit);
    }

    [Fact]
    public async Task List_writes_tab_separated_lines_without_secrets_when_redirected()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, key, _) = await installation.RunAsync("apps", "create", "[camera]", "--daily-limit", "25");
        await installation.RunAsync("apps", "disable", "[camera]");

        var (code, output, error) = await installation.RunAsync("apps", "list");

        Assert.Equal((0, ""), (code, error));
        Assert.Matches($@"^{key[4..16]}\t\[camera\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ\t25\tdisabled\r?\n$", output);
    }

    [Fact]
    public async Task Enable_disable_and_limit_take_a_name_or_an_id_and_change_that_alone()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, key, _) = await installation.RunAsync("apps", "create", "camera", "--daily-limit", "25");
        await installation.RunAsync("apps", "create", "other", "--daily-limit", "1");

        await ChangeAsync((false, 25), "disable", "camera");
        await ChangeAsync((false, 25), "disable", "camera");
        await ChangeAsync((false, 7), "limit", key[4..16], "7");
        await ChangeAsync((true, 7), "enable", key[4..16]);
        await ChangeAsync((true, 0), "limit", "camera", "0");

        async Task ChangeAsync((bool IsEnabled, long Limit) state, params string[] args)
        {
            Assert.Equal((0, "", ""), await installation.RunAsync(["apps", .. args]));
            var (camera, other) = (await installation.Store.Applications.FindAsync("camera"), await installation.Store.Applications.FindAsync("other"));
            Assert.Equal(state, (camera!.IsEnabled, camera.DailyLimit));
            Assert.Equal((true, 1), (other!.IsEnabled, other.DailyLimit));
        }
    }

    [Fact]
    public async Task Rekey_prints_a_new_key_and_the_old_one_opens_nothing_any_more()
    {
        await using var installation = await Installation.CreateAsync();
        var (_, old, _) = await installation.RunAsync("apps", "create", "camera", "--daily-limit", "25");

        var (code, output, error) = await installation.RunAsync("apps", "rekey", "camera");

        Assert.Equal(0, code);
        Assert.Contains(output[4..16], error, StringComparison.Ordinal);
        Assert.Null(await installation.Store.Applications.VerifyAsync(old.Trim()));
        Assert.Equal(("camera", 25), (await installation.Store.Applications.VerifyAsync(output.Trim())) is { } application ? (application.Name, application.DailyLimit) : default);
    }

    [Theory]
    [InlineData("enable")]
    [InlineData("rekey")]
    [InlineData("disable")]
    [InlineData("limit", "5")]
    public async Task An_application_that_is_not_there_fails_without_repeating_what_may_be_a_whole_key(string verb, params string[] more)
    {
        await using var installation = await Installation.CreateAsync();
        var (_, key, _) = await installation.RunAsync("apps", "create", "camera");

        var ran = await installation.RunAsync(["apps", verb, key.Trim(), .. more]);

        Assert.Equal((1, "", CreditsVerb.NoApplication + Environment.NewLine), ran);
    }

    [Theory]
    [InlineData]
    [InlineData("create")]
    [InlineData("create", " ")]
    [InlineData("create", "--daily-limt")]
    [InlineData("create", "0123456789ab")]
    [InlineData("create", "other", "--daily-limit", "-1")]
    [InlineData("create", "other", "--daily-limit", "1000000001")]
    [InlineData("enable")]
    [InlineData("disable", "camera", "other")]
    [InlineData("limit", "camera")]
    [InlineData("limit", "camera", "-1")]
    [InlineData("limit", "camera", "many")]
    public async Task A_wrong_command_line_exits_with_2_and_changes_nothing(params string[] args)
    {
        await using var installation = await Installation.CreateAsync();
        await installation.RunAsync("apps", "create", "camera", "--daily-limit", "3");

        var (code, output, error) = await installation.RunAsync(["apps", .. args]);

        Assert.Equal((2, ""), (code, output));
        Assert.False(string.IsNullOrWhiteSpace(error));
        var application = Assert.Single(await installation.Store.Applications.ListAsync());
        Assert.Equal((true, 3), (application.IsEnabled, application.DailyLimit));
    }
}
