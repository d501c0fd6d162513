using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Credits;

public class ApplicationsTests
{
    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Verifies_a_new_applications_key_and_no_other(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var created = (await store.Applications.CreateAsync("camera", 10))!;
        var key = created.Reveal();

        Assert.Equal(new Application(created.Application.Id, "camera", 10, true, store.Clock.Now), await store.Applications.VerifyAsync(key));
        Assert.Null(await store.Applications.VerifyAsync(key[..^1] + (key[^1] == '0' ? '1' : '0')));
        Assert.Null(await store.Applications.VerifyAsync("cba_000000000000_" + new string('0', 64)));
        Assert.Null(await store.Applications.VerifyAsync("cbg_" + key[4..]));
        Assert.Null(await store.Applications.VerifyAsync((await store.CreateKeyAsync()).Reveal()));
        Assert.Null(await store.Applications.VerifyAsync(null));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Names_are_taken_once(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        await store.Applications.CreateAsync("camera", 10);

        Assert.Null(await store.Applications.CreateAsync("camera", 20));
        Assert.Equal(10, Assert.Single(await store.Applications.ListAsync()).DailyLimit);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_changes_changes_and_the_rest_stays(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var id = (await store.Applications.CreateAsync("camera", 10))!.Application.Id;

        Assert.True(await store.Applications.ChangeAsync(id, isEnabled: false, dailyLimit: null));
        Assert.Equal((false, 10), await StateAsync());
        Assert.True(await store.Applications.ChangeAsync(id, isEnabled: null, dailyLimit: 0));
        Assert.Equal((false, 0), await StateAsync());
        Assert.True(await store.Applications.ChangeAsync(id, isEnabled: true, dailyLimit: 7));
        Assert.Equal((true, 7), await StateAsync());
        Assert.False(await store.Applications.ChangeAsync("000000000000", isEnabled: true, dailyLimit: 7));

        async Task<(bool IsEnabled, long Limit)> StateAsync() => await store.Applications.FindAsync("camera") is { } application ? (application.IsEnabled, application.DailyLimit) : default;
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Keys_remember_their_application_and_their_profile(Engine engine)
    {
        await using var store = await TestStore.CreateAsync(engine);
        var account = (await store.Accounts.CreateAsync("acme"))!;
        var application = (await store.Applications.CreateAsync("camera", 10))!.Application;

        var bound = await store.Keys.CreateAsync(account.Id, "user", application.Id);
        var other = await store.Keys.CreateAsync(account.Id, "shop", profile: ApiProfile.RemoveBg);

        Assert.Equal(bound.Key, await store.Keys.VerifyAsync(bound.Reveal()));
        Assert.Equal((application.Id, null), (bound.Key.ApplicationId, bound.Key.Profile));
        Assert.Equal(other.Key, await store.Keys.VerifyAsync(other.Reveal()));
        Assert.Equal((null, ApiProfile.RemoveBg), (other.Key.ApplicationId, other.Key.Profile));
    }
}
