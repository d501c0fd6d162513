namespace ClearBg.Tests.Credits;

public class AccountsTests
{
    [Fact]
    public async Task Finds_an_account_by_id_and_by_name()
    {
        await using var store = await TestStore.CreateAsync();

        var account = await store.Accounts.CreateAsync("Müller & Söhne");

        Assert.NotNull(account);
        Assert.Equal(store.Clock.Now, account.CreatedAt);
        Assert.Equal(account, await store.Accounts.FindAsync(account.Id));
        Assert.Equal(account, await store.Accounts.FindAsync("Müller & Söhne"));
        Assert.Null(await store.Accounts.FindAsync("müller & söhne"));
    }

    [Fact]
    public async Task Gives_a_name_once()
    {
        await using var store = await TestStore.CreateAsync();

        Assert.NotNull(await store.Accounts.CreateAsync("acme"));
        Assert.Null(await store.Accounts.CreateAsync("acme"));

        Assert.Single(await store.Accounts.ListAsync());
    }

    [Fact]
    public async Task An_id_counts_before_a_name_that_looks_like_it()
    {
        await using var store = await TestStore.CreateAsync();
        var account = await store.Accounts.CreateAsync("acme");
        var impostor = await store.Accounts.CreateAsync(account!.Id);

        Assert.Equal(account, await store.Accounts.FindAsync(account.Id));
        Assert.Equal(impostor, await store.Accounts.FindAsync(impostor!.Id));
    }
}
