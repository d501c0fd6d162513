using System.CommandLine;
using System.Text.Json;
using ClearBg.Cli;
using ClearBg.Tests.Storage;

namespace ClearBg.Tests.Cli;

/// <summary>A folder with settings and a database, and the program run in it with its output caught.</summary>
internal sealed class Installation(TestStore store) : IAsyncDisposable
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetDirectoryName(store.Path))!;

    public TestStore Store => store;

    public static async Task<Installation> CreateAsync()
    {
        var installation = new Installation(await TestStore.CreateAsync(migrated: false));
        await installation.ConfigureAsync($$"""{ "Storage": { "Database": {{JsonSerializer.Serialize(installation.Store.Path)}} } }""");
        return installation;
    }

    public Task ConfigureAsync(string settings) => File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), settings);

    public async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, new InvocationConfiguration { Output = output, Error = error }, new VerbHost(_folder));
        return (code, output.ToString(), error.ToString());
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
