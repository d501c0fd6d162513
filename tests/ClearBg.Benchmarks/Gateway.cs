using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ClearBg.Benchmarks;

/// <summary>The real program as a process of its own, with a database of its own, on a loopback port that the system chooses.</summary>
internal sealed partial class Gateway : IAsyncDisposable
{
    /// <summary>A port chosen here could be somebody else's by the time it is listened on.</summary>
    private const string AnyPort = "http://127.0.0.1:0";

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _client;

    private Gateway(Process process, DirectoryInfo folder, HttpClient client, double readySeconds) =>
        (_process, _folder, _client, ReadySeconds) = (process, folder, client, readySeconds);

    /// <summary>From the process's start until its model was warm.</summary>
    public double ReadySeconds { get; }

    /// <param name="settings">As <c>--Section:Setting=value</c>.</param>
    public static async Task<Gateway> StartAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("clearbg-gateway");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClearBg.dll"), "--urls", AnyPort, "--Api:MegapixelsPerMinute=1000000", .. settings])
        {
            WorkingDirectory = folder.FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        var watch = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        string? key = null, url = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            key ??= Key().Match(line) is { Success: true } match ? match.Value : null;
            if (Ready().Match(line) is { Success: true } ready)
            {
                url = ready.Groups["url"].Value;
                break;
            }
        }

        if (key is null || url is null)
        {
            throw new InvalidOperationException("The gateway did not start; its own words stand above.");
        }

        var seconds = watch.Elapsed.TotalSeconds;
        var client = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        return new Gateway(process, folder, client, seconds);
    }

    /// <summary>One removal over HTTP, from the first byte sent to the last received.</summary>
    /// <returns>Seconds, and the server's own account of them by stage.</returns>
    public async Task<(double Seconds, string Stages)> RemoveAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(await File.ReadAllBytesAsync(path)), "image_file", "photo.jpg" } };
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        var watch = Stopwatch.StartNew();
        using var response = await _client.PostAsync("/v1.0/removebg", form);
        await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        return (watch.Elapsed.TotalSeconds, string.Join(' ', response.Headers.GetValues("Server-Timing")));
    }

    /// <summary>Bytes of memory that the process has now, and has had at most.</summary>
    public (long Now, long Peak) Memory()
    {
        if (!OperatingSystem.IsLinux())
        {
            _process.Refresh();
            return (_process.WorkingSet64, _process.PeakWorkingSet64);
        }

        var status = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status"));
        return (Kilobytes("VmRSS:") * 1024, Kilobytes("VmHWM:") * 1024);

        long Kilobytes(string name) => long.Parse(
            status.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    [GeneratedRegex(@"^ClearBg is ready on (?<url>\S+)\. Try:", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ready();

    [GeneratedRegex("cbg_[0-9a-z]+_[0-9a-z]+", RegexOptions.None, 1000)]
    private static partial Regex Key();
}
