using System.CommandLine;
using ClearBg.Api;
using ClearBg.Credits;

namespace ClearBg.Cli;

/// <summary><c>apps create</c>, <c>list</c>, <c>enable</c>, <c>disable</c>, <c>limit</c> and <c>rekey</c>: applications, whose users call the Monitor API.</summary>
internal static class AppsCommand
{
    private const long MostPictures = 1_000_000_000;

    private static readonly string[] Heading = ["ID", "Name", "Created", "Daily limit", "State"];

    /// <summary>The command with its six verbs.</summary>
    public static Command Create(VerbHost host) => new("apps", "Applications whose users call the Monitor API.")
    {
        CreateVerb(host), ListVerb(host), SwitchVerb(host, "enable", "Serves an application again.", isEnabled: true),
        SwitchVerb(host, "disable", "Refuses an application's requests, its users' keys with them, from the next one on.", isEnabled: false), LimitVerb(host), RekeyVerb(host),
    };

    private static Command CreateVerb(VerbHost host)
    {
        var name = new Argument<string>("name") { Description = "What to call the application.", CustomParser = CommandValue.NewName };
        var limit = new Option<long>("--daily-limit")
        {
            Description = "Pictures a day, UTC, that each client gets without a key of its own (none when left out).", HelpName = "N",
            CustomParser = CommandValue.Count(0, MostPictures),
        };
        var verb = new Command("create", "Creates an application and prints its key, this once.") { name, limit };
        verb.SetAction((line, cancellation) => host.RunOnCreditsAsync(line, async services =>
        {
            if (await services.GetRequiredService<Applications>().CreateAsync(line.GetRequiredValue(name), line.GetValue(limit), cancellation) is not { } application)
            {
                return await line.FailAsync("An application of this name exists already.");
            }

            return await ShowAsync(line, application);
        }, cancellation));
        return verb;
    }

    private static Command RekeyVerb(VerbHost host)
    {
        var name = NameOfOne();
        var verb = new Command("rekey", "Gives an application a new key, prints it, this once, and refuses the old one from the next request on.") { name };
        verb.SetAction((line, cancellation) => host.RunOnApplicationAsync(line, name, async (applications, application) =>
            await ShowAsync(line, await applications.RekeyAsync(application, cancellation)), cancellation));
        return verb;
    }

    private static Command ListVerb(VerbHost host)
    {
        var verb = new Command("list", "Lists all applications, without their keys; tab-separated when redirected.");
        verb.SetAction((line, cancellation) => host.RunOnCreditsAsync(line, async services =>
        {
            var applications = await services.GetRequiredService<Applications>().ListAsync(cancellation);
            var output = line.InvocationConfiguration.Output;
            Listing.Write(output, Heading, applications.Select(Row), Listing.IsTerminal(output));
            return 0;
        }, cancellation));
        return verb;
    }

    private static Command SwitchVerb(VerbHost host, string verbName, string description, bool isEnabled)
    {
        var name = NameOfOne();
        var verb = new Command(verbName, description) { name };
        verb.SetAction((line, cancellation) => host.RunOnApplicationAsync(line, name, async (applications, application) =>
        {
            await applications.ChangeAsync(application.Id, isEnabled, dailyLimit: null, cancellation);
            return 0;
        }, cancellation));
        return verb;
    }

    private static Command LimitVerb(VerbHost host)
    {
        var name = NameOfOne();
        var limit = new Argument<long>("pictures") { Description = "Pictures a day, UTC; 0 for none.", CustomParser = CommandValue.Count(0, MostPictures) };
        var verb = new Command("limit", "Changes how many pictures each client of an application gets without a key of its own.") { name, limit };
        verb.SetAction((line, cancellation) => host.RunOnApplicationAsync(line, name, async (applications, application) =>
        {
            await applications.ChangeAsync(application.Id, isEnabled: null, line.GetRequiredValue(limit), cancellation);
            return 0;
        }, cancellation));
        return verb;
    }

    private static async Task<int> ShowAsync(ParseResult line, NewApplication application)
    {
        await line.InvocationConfiguration.Output.WriteLineAsync(application.Reveal());
        await line.InvocationConfiguration.Error.WriteLineAsync($"This is the key of application {application}. It is shown once: only its hash is kept.");
        return 0;
    }

    private static Argument<string> NameOfOne() => new("name") { Description = "Name or id of the application." };

    private static string[] Row(Application application) =>
    [
        application.Id, Quotation.Printable(application.Name), Listing.Time(application.CreatedAt), Listing.Number(application.DailyLimit),
        application.IsEnabled ? "enabled" : "disabled",
    ];
}
