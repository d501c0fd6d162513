using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClearBg.SystemTests.Payments;

/// <summary>
/// An Ethereum chain of our own (Foundry's anvil) with a network's real number and a stand-in for USDC at USDC's real address, on a port of the loopback interface
/// that the system chooses. A transaction is in a block at once unless told otherwise. It ends when this is disposed, or this process ends in any way.
/// </summary>
internal sealed partial class LocalChain : IAsyncDisposable
{
    // The end of standard input is the order to stop: it comes also from a process that was killed.
    private const string Script = """
        trap '' INT TERM HUP
        "$@" < /dev/null &
        cat > /dev/null
        kill $!
        """;

    /// <summary>Wei a unit of gas: about what Base asks for.</summary>
    private const string BaseFee = "5000000";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly Process _shell;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Longest };
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LocalChain(TestNetwork network, string anvil)
    {
        Network = network;
        string[] command = [anvil, "--port", "0", "--chain-id", Text(network.ChainId), "--block-base-fee-per-gas", BaseFee, "--no-request-size-limit"];
        var start = Shell.Prepare(["sh", "-c", Script, "sh", .. command], folder: null, []);
        start.RedirectStandardInput = true;
        _shell = new Process { StartInfo = start };
        _shell.OutputDataReceived += (_, line) => Listen(line.Data);
        _shell.ErrorDataReceived += (_, line) => Listen(line.Data);
        _shell.Start();
        _shell.BeginOutputReadLine();
        _shell.BeginErrorReadLine();
    }

    public TestNetwork Network { get; }

    /// <summary>Where its JSON-RPC is.</summary>
    public string Url => _address.Task.Result;

    /// <summary>Starts a chain.</summary>
    /// <param name="network">Whose number and token it has.</param>
    /// <param name="walletOwner">The owner of the wallet contract.</param>
    public static async Task<LocalChain> StartAsync(TestNetwork network, Payer walletOwner)
    {
        var chain = new LocalChain(network, await NodeWallets.AnvilAsync());
        await chain._address.Task.WaitAsync(Longest);
        await NodeWallets.CallAsync("install", new { Network = network.Name, Rpc = chain.Url, Owner = walletOwner.Address });
        return chain;
    }

    /// <summary>Calls one of our scripts' functions that are about a chain.</summary>
    /// <param name="function">Its name in <c>calls.mjs</c>.</param>
    /// <param name="arguments">What else it needs.</param>
    public Task<JsonElement> TellAsync(string function, params (string Name, object Value)[] arguments)
    {
        var all = arguments.ToDictionary(static argument => argument.Name, static argument => argument.Value, StringComparer.Ordinal);
        (all["network"], all["rpc"]) = (Network.Name, Url);
        return NodeWallets.CallAsync(function, all);
    }

    /// <summary>Calls a function that sends a transaction, and waits until that is in a block: the chain answers before it is.</summary>
    public async Task TellAndMineAsync(string function, params (string Name, object Value)[] arguments)
    {
        var transaction = (await TellAsync(function, arguments)).GetString()!;
        await UntilMinedAsync(transaction);
        await AssertSucceededAsync(transaction);
    }

    /// <summary>Waits until a transaction is in a block.</summary>
    public async Task UntilMinedAsync(string transaction)
    {
        using var patience = new CancellationTokenSource(Longest);
        while ((await CallAsync("eth_getTransactionReceipt", transaction)).ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(BetweenLooks, patience.Token);
        }
    }

    /// <summary>Calls a method of its JSON-RPC.</summary>
    public async Task<JsonElement> CallAsync(string method, params object[] parameters)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(Url), new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.True(answer.RootElement.TryGetProperty("result", out var result), $"{method}: {answer.RootElement}");
        return result.Clone();
    }

    /// <summary>Millionths of a dollar that an address has.</summary>
    public async Task<long> BalanceAsync(string address)
    {
        var word = await CallAsync("eth_call", new { to = Network.Token, data = $"0x70a08231{address[2..].PadLeft(64, '0')}" }, "latest");
        return (long)BigInteger.Parse(word.GetString().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>Asserts that a transaction is in a block and has succeeded.</summary>
    public async Task AssertSucceededAsync(string transaction)
    {
        var receipt = await CallAsync("eth_getTransactionReceipt", transaction);
        Assert.Equal("0x1", receipt.GetProperty("status").GetString());
    }

    /// <summary>Makes a block of what waits for one.</summary>
    public Task MineAsync() => CallAsync("evm_mine");

    /// <summary>From here until disposal transactions wait for blocks, which come every so many seconds, or never for 0.</summary>
    public async Task<IAsyncDisposable> MineEveryAsync(int seconds)
    {
        await CallAsync("evm_setAutomine", false);
        await CallAsync("evm_setIntervalMining", seconds);
        return new Slowness(this);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(Longest);
        _shell.Dispose();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Listen(string? line)
    {
        if (line is null)
        {
            _address.TrySetException(new InvalidOperationException("The chain has ended."));
        }
        else if (Listening().Match(line) is { Success: true } match)
        {
            _address.TrySetResult($"http://{match.Groups["address"].Value}");
        }
    }

    [GeneratedRegex(@"^Listening on (?<address>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();

    private sealed class Slowness(LocalChain chain) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await chain.CallAsync("evm_setIntervalMining", 0);
            await chain.CallAsync("evm_setAutomine", true);
            await chain.MineAsync();
        }
    }
}
