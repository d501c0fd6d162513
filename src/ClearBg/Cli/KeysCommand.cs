using System.CommandLine;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary><c>keys create</c>, <c>keys list</c> and <c>keys revoke</c>: API keys are made by those who reach the machine, never over HTTP.</summary>
internal static class KeysCommand
{
    /// <summary>The command with its three verbs.</summary>
    public static Command Create(VerbHost host) => new("keys", "API keys of this installation.") { CreateVerb(host), ListVerb(host), RevokeVerb(host) };

    private static Command CreateVerb(VerbHost host)
    {
        var name = new Option<string>("--name") { Description = "What to call the key.", DefaultValueFactory = _ => "unnamed", CustomParser = CommandValue.Text };
        var account = new Option<string?>("--account") { Description = $"Name or id of the account that pays (\"{FirstAccount.Name}\" when left out)." };
        var app = new Option<string?>("--app") { Description = "Name or id of the application through which alone the key may be used." };
        var profile = new Option<ApiProfile?>("--profile")
        {
            Description = "clearbg or removebg: whose API it speaks (the installation's when left out).", HelpName = "PROFILE",
            CustomParser = CommandValue.OneOf(("clearbg", ApiProfile.ClearBg), ("removebg", ApiProfile.RemoveBg)),
        };
        var verb = new Command("create", "Creates a key and prints it, this once.") { name, account, app, profile };
        verb.SetAction((line, cancellation) =>
        {
            if (line.GetValue(app) is not null && line.GetValue(profile) is not null)
            {
                return line.FailAsync("An application's key is for the Monitor API, which has no profiles: give --app or --profile.", CommandLine.Misused);
            }

            return host.RunOnCreditsAsync(line, async services =>
            {
                Application? application = null;
                if (line.GetValue(app) is { } named && (application = await services.GetRequiredService<Applications>().FindAsync(named, cancellation)) is null)
                {
                    return await line.FailAsync(CreditsVerb.NoApplication);
                }

                if (await CreateAsync(services, line.GetRequiredValue(name), line.GetValue(account), application?.Id, line.GetValue(profile), cancellation) is not { } key)
                {
                    return await line.FailAsync(CreditsVerb.NoAccount);
                }

                await line.InvocationConfiguration.Output.WriteLineAsync(key.Reveal());
                await line.InvocationConfiguration.Error.WriteLineAsync($"This is key {key}. It is shown once: only its hash is kept.");
                return 0;
            }, cancellation);
        });
        return verb;
    }

    private static Command ListVerb(VerbHost host)
    {
        var verb = new Command("list", "Lists all keys, without their secrets; tab-separated when redirected.");
        verb.SetAction((line, cancellation) => host.RunOnCreditsAsync(line, async services =>
        {
            // Keys first: an account or application made in between is then merely unused, not missing.
            var keys = await services.GetRequiredService<ApiKeys>().ListAsync(cancellation);
            var accounts = await services.GetRequiredService<Accounts>().ListAsync(cancellation);
            var applications = await services.GetRequiredService<Applications>().ListAsync(cancellation);
            var output = line.InvocationConfiguration.Output;
            KeyTable.Write(output, keys, accounts, applications, Listing.IsTerminal(output));
            return 0;
        }, cancellation));
        return verb;
    }

    private static Command RevokeVerb(VerbHost host)
    {
        var id = new Argument<string>("id") { Description = "The key's id, as listed." };
        var verb = new Command("revoke", "Refuses a key from its next request on.") { id };
        verb.SetAction((line, cancellation) => host.RunOnCreditsAsync(line, async services =>
            await services.GetRequiredService<ApiKeys>().RevokeAsync(line.GetRequiredValue(id), cancellation)
                ? 0
                // Without repeating it, as everywhere: some will paste the whole key.
                : await line.FailAsync("No key has this id. \"keys list\" shows them all."), cancellation));
        return verb;
    }

    // Without --account a new installation gets its first account here, just as the server's first start would have made it.
    private static async Task<NewApiKey?> CreateAsync(
        IServiceProvider services, string name, string? account, string? applicationId, ApiProfile? profile, CancellationToken cancellation)
    {
        if (account is null && await services.GetRequiredService<FirstAccount>().EnsureAsync(name, applicationId, profile, cancellation) is { } first)
        {
            return first;
        }

        var owner = await services.GetRequiredService<Accounts>().FindAsync(account ?? FirstAccount.Name, cancellation);
        return owner is null ? null : await services.GetRequiredService<ApiKeys>().CreateAsync(owner.Id, name, applicationId, profile, cancellation);
    }
}
