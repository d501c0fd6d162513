using System.CommandLine;
using ClearBg.Cli;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Cli;

/// <summary>A folder, and the program run with its configuration and its streams caught.</summary>
internal sealed class Terminal : IDisposable
{
    public TemporaryFolder Folder { get; } = new();

    public void Configure(string settings) => Folder.Write("appsettings.json", System.Text.Encoding.UTF8.GetBytes(settings));

    public Task<Ran> RunAsync(params string[] args) => RunAsync([], args);

    public async Task<Ran> RunAsync(byte[] input, string[] args, bool toTerminal = false)
    {
        var bytes = new MemoryStream();
        using var output = new StringWriter();
        using var error = new StringWriter();
        var streams = new StandardStreams(() => new MemoryStream(input, writable: false), () => bytes, toTerminal);
        var code = await CommandLine.RunAsync(args, new InvocationConfiguration { Output = output, Error = error }, new VerbHost(Folder.Path, streams));
        return new Ran(code, output.ToString(), error.ToString(), bytes.ToArray());
    }

    /// <summary>Every file below the folder, with slashes, in order.</summary>
    public string Files() => string.Join(' ', Directory.EnumerateFiles(Folder.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        .Select(file => Path.GetRelativePath(Folder.Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal));

    public void Dispose() => Folder.Dispose();
}

internal sealed record Ran(int Code, string Output, string Error, byte[] Bytes);
