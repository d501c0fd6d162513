using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// JSON-RPC 2.0 over HTTP POST: one request, one answer. An answer under another id, with both or neither of result and error, or of a type that the method doesn't
/// have counts as none. https://www.jsonrpc.org/specification
/// </summary>
/// <param name="exchange">Bounds what the node can do.</param>
/// <param name="endpoint">The node. Hosted ones carry their key in the path: it is never logged.</param>
/// <param name="logger">Says what failed and why.</param>
internal sealed partial class JsonRpc(JsonExchange exchange, Uri endpoint, ILogger<JsonRpc> logger)
{
    /// <summary>Characters of a node's sentence that are kept.</summary>
    private const int MostMessage = 300;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private long _lastId;

    /// <summary>Calls a method.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="parameters">Its arguments, in order.</param>
    /// <param name="read">Makes the value out of the result; <see cref="NodeFailure.Malformed"/> where it cannot be one.</param>
    /// <param name="cancellation">Stops it: an <see cref="OperationCanceledException"/>.</param>
    public async Task<NodeAnswer<T>> CallAsync<T>(string method, JsonArray parameters, Func<JsonElement, NodeAnswer<T>> read, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref _lastId);
        var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters };
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new StringContent(body.ToJsonString(), Json),
        };
        var answer = await exchange.SendAsync(request, (status, json) => Read(status, json, id, read), cancellation);
        switch (answer.Failure)
        {
            case NodeFailure.Unreachable { Reason: var reason }:
                LogUnreachable(method, reason);
                break;
            case NodeFailure.Refusal { Code: var code, Message: var message }:
                LogRefused(method, code, message);
                break;
        }

        return answer;
    }

    private static NodeAnswer<T> Read<T>(HttpStatusCode status, JsonElement json, long id, Func<JsonElement, NodeAnswer<T>> read)
    {
        // Limits and outages come as 429 and 5xx, some of them with a JSON-RPC error inside. They say nothing about what was asked.
        if (status != HttpStatusCode.OK)
        {
            return new NodeFailure.Unreachable(FormattableString.Invariant($"HTTP status {(int)status}"));
        }

        if (json.Member("id") is not { ValueKind: JsonValueKind.Number } own || !own.TryGetInt64(out var theirs) || theirs != id)
        {
            return NodeFailure.Malformed;
        }

        return (json.Member("result"), json.Member("error")) switch
        {
            ({ } result, null or { ValueKind: JsonValueKind.Null }) => read(result),
            (null or { ValueKind: JsonValueKind.Null }, { ValueKind: JsonValueKind.Object } error) => ReadError(error),
            _ => NodeFailure.Malformed,
        };
    }

    private static NodeFailure ReadError(JsonElement error)
    {
        if (error.Member("code") is not { ValueKind: JsonValueKind.Number } number || !number.TryGetInt32(out var code) || error.Text("message") is not { } message)
        {
            return NodeFailure.Malformed;
        }

        // Some nodes put a word before the digits: "Reverted 0x08c379a0…".
        var data = error.Text("data") is { } text && text.LastIndexOf("0x", StringComparison.Ordinal) is >= 0 and var start && Hex.TryParse(text[start..], out var bytes) ? bytes : null;
        return new NodeFailure.Refusal(code, message.Length > MostMessage ? message[..MostMessage] : message, data);
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Warning, Message = "The Ethereum node gave no usable answer to {Method}: {Reason}")]
    private partial void LogUnreachable(string method, string reason);

    [LoggerMessage(EventId = 41, Level = LogLevel.Information, Message = "The Ethereum node answered {Method} with error {Code}: {Message}")]
    private partial void LogRefused(string method, int code, string message);
}
