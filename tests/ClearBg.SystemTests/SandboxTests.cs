using System.Net;

namespace ClearBg.SystemTests;

/// <summary>
/// What the container image promises, without a container engine: no user of the machine, no capability, no new privilege, a root file system that
/// cannot be written, a fresh <c>/tmp</c>, and one writable folder.
/// </summary>
public sealed class SandboxTests : IDisposable
{
    /// <summary>In the sandbox.</summary>
    private const string Temporary = "/tmp";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactNeeds("bwrap")]
    public async Task Serves_with_a_read_only_root_and_writes_nothing_but_its_data()
    {
        var (data, cache) = (Directory.CreateDirectory(_folder["data"]).FullName, PreparedCache());
        string[] sandbox =
        [
            "bwrap", "--unshare-user", "--unshare-ipc", "--unshare-uts", "--uid", "1654", "--gid", "1654", "--cap-drop", "ALL", "--clearenv",
            "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc",
            .. new[] { "/lib", "/lib64", "/bin" }.SelectMany(link => new[] { "--ro-bind-try", link, link }),
            "--ro-bind", DotnetFolder, "/dotnet", "--ro-bind", AppContext.BaseDirectory, "/app", "--ro-bind", cache, "/model",
            "--proc", "/proc", "--dev", "/dev", "--tmpfs", Temporary, "--bind", data, "/data", "--remount-ro", "/", "--chdir", "/data",
            .. Set("DOTNET_EnableDiagnostics", "0"), .. Set("Segmentation__Cache", "/model"), .. Set("Storage__Database", "/data/clearbg.db"),
            "/dotnet/dotnet", "/app/ClearBg.dll", "--urls", Gateway.AnyPort,
        ];

        await using var gateway = await Gateway.StartAsync(sandbox, _folder.Path);
        using var answer = await gateway.RemoveAsync(Pictures.Cat, gateway.Key!);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Pictures.AssertIsCutOut(await answer.Content.ReadAsByteArrayAsync());
        Assert.All(Directory.GetFileSystemEntries(data), entry => Assert.StartsWith("clearbg.db", Path.GetFileName(entry), StringComparison.Ordinal));
        Assert.Contains("clearbg.db", Directory.GetFiles(data).Select(Path.GetFileName));

        // Seen from outside.
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join($"/proc/{Inside(gateway.ProcessId)}/root", Temporary)));
        var status = await File.ReadAllLinesAsync($"/proc/{Inside(gateway.ProcessId)}/status");
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("CapEff:\t0000000000000000", status);
    }

    private static string DotnetFolder => Path.GetDirectoryName(
        File.ResolveLinkTarget(Shell.PathOf("dotnet")!, returnFinalTarget: true)?.FullName ?? Shell.PathOf("dotnet"))!;

    private static string[] Set(string name, string value) => ["--setenv", name, value];

    private static string PreparedCache()
    {
        var options = Microsoft.Extensions.Options.Options.Create(new Segmentation.SegmentationOptions());
        var preparation = new Segmentation.ModelPreparation(options);
        preparation.Prepare(new Segmentation.ModelCatalog(options).ForThisMachine("isnet").Manifest);
        return preparation.Cache;
    }

    /// <summary>bwrap stays as the parent of what it runs, or becomes it where no process of its own is needed.</summary>
    private static int Inside(int process) =>
        File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var child, ..]
            ? int.Parse(child, System.Globalization.CultureInfo.InvariantCulture)
            : process;
}
