using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ClearBg.SystemTests;

/// <summary>The real program as a process of its own, on a free port of the loopback interface. Disposed, it is ended by its process id.</summary>
internal sealed partial class Gateway : IAsyncDisposable
{
    private const int Sigterm = 15;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private Gateway(string[] command, string folder, string url, (string Name, string Value)[] environment)
    {
        Url = url;
        Folder = folder;
        Client = new HttpClient { BaseAddress = new Uri(url), Timeout = Longest };
        _process = new Process { StartInfo = Shell.Prepare(command, folder, environment) };
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The built program.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "ClearBg.dll");

    public string Url { get; }

    /// <summary>Its working directory: <c>data</c> is made there.</summary>
    public string Folder { get; }

    public int ProcessId => _process.Id;

    public HttpClient Client { get; }

    /// <summary>Everything printed so far, both streams.</summary>
    public string Printed => string.Join('\n', _lines);

    /// <summary>The key that this start printed, or null.</summary>
    public string? Key => KeyText().Match(Printed) is { Success: true, Value: var key } ? key : null;

    /// <summary>The line to paste, as it was printed.</summary>
    public string? CurlLine => _lines.Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith("curl ", StringComparison.Ordinal));

    /// <summary>Starts the program in <paramref name="folder"/> and waits until it is ready and has said so.</summary>
    public static Task<Gateway> StartAsync(string folder, params (string Name, string Value)[] environment)
    {
        var url = FreeUrl();
        return StartAsync(["dotnet", Program, "--urls", url], folder, url, environment);
    }

    /// <summary>As above, by any command that comes to it.</summary>
    public static async Task<Gateway> StartAsync(string[] command, string folder, string url, params (string Name, string Value)[] environment)
    {
        var gateway = new Gateway(command, folder, url, environment);
        try
        {
            await gateway.UntilAsync(async () => await gateway.IsReadyAsync() && gateway.CurlLine is not null);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>An address on which nothing listens.</summary>
    public static string FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }

    /// <summary>Looks again and again, until it is so.</summary>
    /// <exception cref="TimeoutException">It never was.</exception>
    public async Task UntilAsync(Func<Task<bool>> so)
    {
        for (var watch = Stopwatch.StartNew(); !await so(); await Task.Delay(BetweenLooks))
        {
            if (_process.HasExited || watch.Elapsed > Longest)
            {
                throw new TimeoutException($"ClearBg {(_process.HasExited ? $"ended with {_process.ExitCode}" : "took too long")}. It printed:\n{Printed}");
            }
        }
    }

    /// <summary>Posts a picture to <c>/v1.0/removebg</c>.</summary>
    public async Task<HttpResponseMessage> RemoveAsync(byte[] picture, string key, string size = "preview")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(picture), "image_file", "picture" }, { new StringContent(size), "size" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.0/removebg") { Content = form, Headers = { { "X-Api-Key", key } } };
        return await Client.SendAsync(request);
    }

    /// <summary>What it has used of all cores so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Kilobytes of physical memory, as Linux counts them.</summary>
    public long ResidentKilobytes() =>
        long.Parse(File.ReadLines($"/proc/{ProcessId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).AsSpan(6).Trim(" \tkB"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Sends SIGTERM.</summary>
    public void Terminate() => Assert.Equal(0, Kill(ProcessId, Sigterm));

    /// <summary>Waits for the process's end and returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Longest);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            // With what it started: bwrap's own --die-with-parent would look at the thread that started it, and a pool thread may end any time.
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex("cbg_[0-9A-Za-z_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyText();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
