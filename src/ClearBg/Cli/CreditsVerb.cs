using System.CommandLine;
using ClearBg.Credits;
using ClearBg.Storage;

namespace ClearBg.Cli;

/// <summary>Runs the verbs about accounts, keys and applications: on a database that is up to date, and on something in it that is named by name or id.</summary>
internal static class CreditsVerb
{
    // Without repeating what was named: some will paste a whole key, and this ends in build logs.
    public const string NoAccount = "There is no such account. \"accounts list\" shows them all.";
    public const string NoApplication = "There is no such application. \"apps list\" shows them all.";

    extension(VerbHost host)
    {
        /// <summary>Runs <paramref name="verb"/> as <see cref="VerbHost.RunAsync"/> does.</summary>
        public Task<int> RunOnCreditsAsync(ParseResult line, Func<IServiceProvider, Task<int>> verb, CancellationToken cancellation) =>
            host.RunAsync(line, static services => services.AddStorage().AddCredits(), async services =>
            {
                await services.GetRequiredService<Store>().MigrateAsync(cancellation);
                return await verb(services);
            });

        /// <summary>As <see cref="RunOnCreditsAsync"/>; 1 with a sentence when there is no such account.</summary>
        public Task<int> RunOnAccountAsync(ParseResult line, Argument<string> name, Func<IServiceProvider, Account, Task<int>> verb, CancellationToken cancellation) =>
            host.RunOnCreditsAsync(
                line,
                async services => await services.GetRequiredService<Accounts>().FindAsync(line.GetRequiredValue(name), cancellation) is { } account
                    ? await verb(services, account)
                    : await line.FailAsync(NoAccount),
                cancellation);

        /// <summary>As <see cref="RunOnCreditsAsync"/>; 1 with a sentence when there is no such application.</summary>
        public Task<int> RunOnApplicationAsync(ParseResult line, Argument<string> name, Func<Applications, Application, Task<int>> verb, CancellationToken cancellation) =>
            host.RunOnCreditsAsync(
                line,
                async services =>
                {
                    var applications = services.GetRequiredService<Applications>();
                    return await applications.FindAsync(line.GetRequiredValue(name), cancellation) is { } application
                        ? await verb(applications, application)
                        : await line.FailAsync(NoApplication);
                },
                cancellation);
    }

    extension(ParseResult line)
    {
        /// <summary>Says on standard error why a verb ends, and gives its exit code.</summary>
        public async Task<int> FailAsync(string sentence, int code = CommandLine.Failed)
        {
            await line.InvocationConfiguration.Error.WriteLineAsync(sentence);
            return code;
        }
    }
}
