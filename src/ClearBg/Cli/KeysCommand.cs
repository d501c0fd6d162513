using System.CommandLine;
using System.CommandLine.Parsing;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary><c>keys create</c>, <c>keys list</c> and <c>keys revoke</c>: API keys are made by those who reach the machine, never over HTTP.</summary>
internal static class KeysCommand
{
    /// <summary>The command with its three verbs.</summary>
    public static Command Create(VerbHost host) => new("keys", "API keys of this installation.") { CreateVerb(host), ListVerb(host), RevokeVerb(host) };

    private static Command CreateVerb(VerbHost host)
    {
        var name = new Option<string>("--name") { Description = "What to call the key.", DefaultValueFactory = _ => "unnamed" };
        name.Validators.Add(RequireDisplayName);
        var account = new Option<string?>("--account") { Description = $"Name or id of the account that pays (\"{FirstAccount.Name}\" when left out)." };
        var verb = new Command("create", "Creates a key and prints it, this once.") { name, account };
        verb.SetAction((line, cancellation) => RunAsync(host, line, async services =>
        {
            var (output, error) = (line.InvocationConfiguration.Output, line.InvocationConfiguration.Error);
            var key = await CreateAsync(services, line.GetRequiredValue(name), line.GetValue(account), cancellation);
            if (key is null)
            {
                await error.WriteLineAsync("There is no such account.");
                return CommandLine.Failed;
            }

            await output.WriteLineAsync(key.Reveal());
            await error.WriteLineAsync($"This is key {key}. It is shown once: only its hash is kept.");
            return 0;
        }, cancellation));
        return verb;
    }

    private static Command ListVerb(VerbHost host)
    {
        var verb = new Command("list", "Lists all keys, without their secrets; tab-separated when redirected.");
        verb.SetAction((line, cancellation) => RunAsync(host, line, async services =>
        {
            // Keys first: an account made in between is then merely unused, not missing.
            var keys = await services.GetRequiredService<ApiKeys>().ListAsync(cancellation);
            var accounts = await services.GetRequiredService<Accounts>().ListAsync(cancellation);
            var output = line.InvocationConfiguration.Output;
            KeyTable.Write(output, keys, accounts, Listing.IsTerminal(output));
            return 0;
        }, cancellation));
        return verb;
    }

    private static Command RevokeVerb(VerbHost host)
    {
        var id = new Argument<string>("id") { Description = "The key's id, as listed." };
        var verb = new Command("revoke", "Refuses a key from its next request on.") { id };
        verb.SetAction((line, cancellation) => RunAsync(host, line, async services =>
        {
            if (await services.GetRequiredService<ApiKeys>().RevokeAsync(line.GetRequiredValue(id), cancellation))
            {
                return 0;
            }

            // Without repeating it: some will paste the whole key, and this ends in build logs.
            await line.InvocationConfiguration.Error.WriteLineAsync("No key has this id. \"keys list\" shows them all.");
            return CommandLine.Failed;
        }, cancellation));
        return verb;
    }

    // Without --account a new installation gets its first account here, just as the server's first start would have made it.
    private static async Task<NewApiKey?> CreateAsync(IServiceProvider services, string name, string? account, CancellationToken cancellation)
    {
        if (account is null && await services.GetRequiredService<FirstAccount>().EnsureAsync(name, cancellation) is { } first)
        {
            return first;
        }

        var owner = await services.GetRequiredService<Accounts>().FindAsync(account ?? FirstAccount.Name, cancellation);
        return owner is null ? null : await services.GetRequiredService<ApiKeys>().CreateAsync(owner.Id, name, cancellation: cancellation);
    }

    private static Task<int> RunAsync(VerbHost host, ParseResult line, Func<IServiceProvider, Task<int>> verb, CancellationToken cancellation) =>
        host.RunAsync(line, services => services.AddCredits(), async services =>
        {
            await services.GetRequiredService<Store>().MigrateAsync(cancellation);
            return await verb(services);
        });

    private static void RequireDisplayName(OptionResult option)
    {
        if (!DisplayName.IsValid(option.GetValueOrDefault<string>()))
        {
            option.AddError($"{option.IdentifierToken?.Value} takes 1 to {DisplayName.MaxLength} characters, none of them invisible or a line break.");
        }
    }
}
