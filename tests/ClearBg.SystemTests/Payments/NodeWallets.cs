using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace ClearBg.SystemTests.Payments;

/// <summary>
/// One Node.js process for all tests, in which another implementation than ours signs and sends (viem), and the published clients and the published facilitator of
/// x402 run. It ends when this process does, in whatever way.
/// </summary>
internal sealed class NodeWallets : IDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Payments");
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly Lazy<Task<NodeWallets>> ForThisProcess = new(StartAsync);

    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Process _process;
    private long _lastId;

    private NodeWallets()
    {
        var start = Shell.Prepare(["node", "--no-deprecation", "calls.mjs"], Folder, [("NO_PROXY", "*"), ("no_proxy", "*")]);
        start.RedirectStandardInput = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Answer(line.Data);
        _process.ErrorDataReceived += static (_, line) => Console.Error.WriteLine(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The chain's program, as npm has it.</summary>
    public static async Task<string> AnvilAsync()
    {
        await ForThisProcess.Value;
        return Path.Combine(Folder, "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
    }

    /// <summary>Calls one of the functions of <c>calls.mjs</c>.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="arguments">What JSON can say; names become camelCase, and what is null is left out.</param>
    public static async Task<JsonElement> CallAsync(string function, object arguments) => await (await ForThisProcess.Value).SendAsync(function, arguments);

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _writing.Dispose();
    }

    private static async Task<NodeWallets> StartAsync()
    {
        await NpmFolder.InstallAsync(Folder);
        return new NodeWallets();
    }

    private async Task<JsonElement> SendAsync(string function, object arguments)
    {
        var (id, answered) = (Interlocked.Increment(ref _lastId), new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously));
        _calls[id] = answered;
        await _writing.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { id, function, arguments }, ToolJson.Options));
            await _process.StandardInput.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }

        return await answered.Task.WaitAsync(Longest);
    }

    private void Answer(string? line)
    {
        if (line is null)
        {
            foreach (var lost in _calls.Values)
            {
                lost.TrySetException(new InvalidOperationException("The wallets' process has ended."));
            }

            return;
        }

        using var answer = JsonDocument.Parse(line);
        _calls.TryRemove(answer.RootElement.GetProperty("id").GetInt64(), out var call);
        if (answer.RootElement.TryGetProperty("error", out var error))
        {
            call!.SetException(new InvalidOperationException(error.GetString()));
        }
        else
        {
            call!.SetResult(answer.RootElement.GetProperty("value").Clone());
        }
    }
}
