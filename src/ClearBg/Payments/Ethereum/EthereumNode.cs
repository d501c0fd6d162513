using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// The methods of a node that payments need, with typed answers. https://ethereum.github.io/execution-apis/
/// </summary>
internal sealed class EthereumNode(JsonRpc rpc)
{
    /// <summary>
    /// Gas that any call gets. A wallet's check of a passkey takes some 330,000 where the chain has no precompile for it (RIP-7212), others a tenth of that; a contract that burns whatever it is
    /// given runs out, and that is its owner's matter.
    /// </summary>
    public const long MostGas = 500_000;

    /// <summary>EIP-155's number of the chain that the node follows.</summary>
    public Task<NodeAnswer<long>> ChainIdAsync(CancellationToken cancellation) => rpc.CallAsync("eth_chainId", [], Count, cancellation);

    /// <summary>A contract's code; none for an account that is only a key.</summary>
    public Task<NodeAnswer<byte[]>> CodeAsync(Address address, CancellationToken cancellation) =>
        rpc.CallAsync("eth_getCode", [address.ToString(), "latest"], Bytes, cancellation);

    /// <summary>What an account has for gas, in wei.</summary>
    public Task<NodeAnswer<BigInteger>> BalanceAsync(Address address, CancellationToken cancellation) =>
        rpc.CallAsync("eth_getBalance", [address.ToString(), "latest"], Quantity, cancellation);

    /// <summary>How many transactions of an account are in blocks.</summary>
    public Task<NodeAnswer<long>> NonceAsync(Address address, CancellationToken cancellation) =>
        rpc.CallAsync("eth_getTransactionCount", [address.ToString(), "latest"], Count, cancellation);

    /// <summary>The newest block.</summary>
    public Task<NodeAnswer<Block>> LatestBlockAsync(CancellationToken cancellation) =>
        rpc.CallAsync("eth_getBlockByNumber", ["latest", false], Block.Read, cancellation);

    /// <summary>The tip per gas, in wei, that the node thinks enough.</summary>
    public Task<NodeAnswer<BigInteger>> TipAsync(CancellationToken cancellation) => rpc.CallAsync("eth_maxPriorityFeePerGas", [], Quantity, cancellation);

    /// <summary>Runs a call on the newest block without sending it: what it returns, or a refusal when it reverts.</summary>
    public Task<NodeAnswer<byte[]>> CallAsync(Address from, Address to, byte[] data, CancellationToken cancellation) => CallAsync(from, to, data, null, cancellation);

    /// <summary>The same on an earlier block, where one is named.</summary>
    public Task<NodeAnswer<byte[]>> CallAsync(Address from, Address to, byte[] data, long? block, CancellationToken cancellation) =>
        rpc.CallAsync("eth_call", [Call(from, to, data), block is { } number ? Hex.FormatQuantity(number) : "latest"], Bytes, cancellation);

    /// <summary>How much gas a call would take, or a refusal when it reverts.</summary>
    public Task<NodeAnswer<long>> EstimateGasAsync(Address from, Address to, byte[] data, CancellationToken cancellation) =>
        rpc.CallAsync("eth_estimateGas", [Call(from, to, data)], Count, cancellation);

    /// <summary>Broadcasts a signed transaction.</summary>
    /// <returns>Its hash as the node says it.</returns>
    public Task<NodeAnswer<Bytes32>> SendAsync(byte[] raw, CancellationToken cancellation) => rpc.CallAsync(
        "eth_sendRawTransaction", [Hex.Format(raw)], static json => json.Bytes32() is { } hash ? hash : (NodeAnswer<Bytes32>)NodeFailure.Malformed, cancellation);

    /// <summary>What came of a transaction; null while it is in no block.</summary>
    public Task<NodeAnswer<Receipt?>> ReceiptAsync(Bytes32 hash, CancellationToken cancellation) => rpc.CallAsync(
        "eth_getTransactionReceipt",
        [hash.ToString()],
        json => json.ValueKind == JsonValueKind.Null ? (Receipt?)null
            : Receipt.Read(json) is { } receipt && receipt.TransactionHash == hash ? receipt
            : (NodeAnswer<Receipt?>)NodeFailure.Malformed,
        cancellation);

    /// <summary>A contract's log entries, oldest first.</summary>
    /// <param name="emitter">The contract.</param>
    /// <param name="events">Any of these as the first topic.</param>
    /// <param name="arguments">Just these as the next topics.</param>
    /// <param name="fromBlock">The first block; hosted nodes allow only so many at once.</param>
    /// <param name="toBlock">The last block.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<NodeAnswer<List<LogEntry>>> LogsAsync(
        Address emitter, IReadOnlyList<Bytes32> events, IReadOnlyList<Bytes32> arguments, long fromBlock, long toBlock, CancellationToken cancellation)
    {
        var filter = new JsonObject
        {
            ["address"] = emitter.ToString(),
            ["topics"] = new JsonArray([Array(events), .. arguments.Select(static topic => (JsonNode)topic.ToString())]),
            ["fromBlock"] = Hex.FormatQuantity(fromBlock),
            ["toBlock"] = Hex.FormatQuantity(toBlock),
        };
        return rpc.CallAsync(
            "eth_getLogs", [filter], static json => LogEntry.ReadAll(json) is { } logs ? logs : (NodeAnswer<List<LogEntry>>)NodeFailure.Malformed, cancellation);
    }

    private static JsonArray Array(IEnumerable<Bytes32> values) => new([.. values.Select(static value => (JsonNode)value.ToString())]);

    private static JsonObject Call(Address from, Address to, byte[] data) =>
        new() { ["from"] = from.ToString(), ["to"] = to.ToString(), ["data"] = Hex.Format(data), ["gas"] = Hex.FormatQuantity(MostGas) };

    private static NodeAnswer<long> Count(JsonElement json) => json.Count() is { } count ? count : NodeFailure.Malformed;

    private static NodeAnswer<BigInteger> Quantity(JsonElement json) => json.Quantity() is { } number ? number : NodeFailure.Malformed;

    private static NodeAnswer<byte[]> Bytes(JsonElement json) => json.Bytes() is { } bytes ? bytes : NodeFailure.Malformed;
}
