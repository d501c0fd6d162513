using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ClearBg.SystemTests;

/// <summary>The real program as a process of its own, on a port of the loopback interface that the system chooses. Disposed, it is ended by its process id.</summary>
internal sealed partial class Gateway : IAsyncDisposable
{
    private const int Sigterm = 15;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private Gateway(string[] command, string folder, (string Name, string Value)[] environment)
    {
        _process = new Process { StartInfo = Shell.Prepare(command, folder, environment) };
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The built program.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "ClearBg.dll");

    /// <summary>As <c>--urls</c>: a port chosen here could be somebody else's by the time it is listened on.</summary>
    public const string AnyPort = "http://127.0.0.1:0";

    /// <summary>Where it said that it is ready.</summary>
    public string Url => Ready().Match(Printed).Groups["url"].Value;

    public int ProcessId => _process.Id;

    /// <summary>Waits for 100 Continue as long as it takes, when a request asks for it.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false, Expect100ContinueTimeout = Longest }) { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Everything printed so far, both streams.</summary>
    public string Printed => string.Join('\n', _lines);

    /// <summary>The key that this start printed, or null.</summary>
    public string? Key => KeyText().Match(Printed) is { Success: true, Value: var key } ? key : null;

    /// <summary>The line to paste, as it was printed.</summary>
    public string? CurlLine => _lines.Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith("curl ", StringComparison.Ordinal));

    /// <summary>Starts the program in <paramref name="folder"/> and waits until it is ready and has said so.</summary>
    public static Task<Gateway> StartAsync(string folder, params (string Name, string Value)[] environment) =>
        StartAsync(["dotnet", Program, "--urls", AnyPort], folder, environment);

    /// <summary>As above, by any command that comes to it.</summary>
    public static async Task<Gateway> StartAsync(string[] command, string folder, params (string Name, string Value)[] environment)
    {
        var gateway = new Gateway(command, folder, environment);
        try
        {
            await gateway.UntilReadyAsync();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Posts a picture to <c>/v1.0/removebg</c>.</summary>
    public Task<HttpResponseMessage> RemoveAsync(byte[] picture, string key) => RemoveAsync(new ByteArrayContent(picture), key, "preview", expectContinue: false);

    /// <summary>As above, with the upload begun only when the server asks for it, if wanted.</summary>
    public async Task<HttpResponseMessage> RemoveAsync(HttpContent picture, string key, string size, bool expectContinue, string format = "png")
    {
        using var form = new MultipartFormDataContent { { picture, "image_file", "picture" }, { new StringContent(size), "size" }, { new StringContent(format), "format" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.0/removebg")
        {
            Content = form, Headers = { { "X-Api-Key", key } },
        };
        request.Headers.ExpectContinue = expectContinue;
        return await Client.SendAsync(request);
    }

    /// <summary>Kilobytes of physical memory, as Linux counts them.</summary>
    public long ResidentKilobytes() => Status("VmRSS:");

    /// <summary>The most kilobytes of physical memory that the process has had.</summary>
    public long PeakKilobytes() => Status("VmHWM:");

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

    private long Status(string name) =>
        long.Parse(File.ReadLines($"/proc/{ProcessId}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).AsSpan(name.Length).Trim(" \tkB"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The line to paste comes after everything else that a start prints.</summary>
    private async Task UntilReadyAsync()
    {
        for (var watch = Stopwatch.StartNew(); CurlLine is null; await Task.Delay(BetweenLooks))
        {
            if (_process.HasExited || watch.Elapsed > Longest)
            {
                throw new TimeoutException($"ClearBg {(_process.HasExited ? $"ended with {_process.ExitCode}" : "took too long")}. It printed:\n{Printed}");
            }
        }

        Client.BaseAddress = new Uri(Url);
        using var response = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [GeneratedRegex(@"^ClearBg is ready on (?<url>\S+)\. Try:", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ready();

    [GeneratedRegex("cbg_[0-9A-Za-z_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyText();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
