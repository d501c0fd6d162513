using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ClearBg.SystemTests.Payments;

/// <summary>One call of JSON-RPC on its way from the gateway to its node.</summary>
internal sealed class RpcCall(HttpContext context, JsonObject request, HttpClient onward, Uri node)
{
    public string Method => (string)request["method"]!;

    /// <summary>When the gateway gave up waiting, or is no more.</summary>
    public CancellationToken HungUp => context.RequestAborted;

    /// <summary>Lets the node have it, and gives the node's answer back.</summary>
    public async Task<JsonObject> PassAsync()
    {
        // Whatever becomes of the caller: what the node has, it has.
        using var response = await onward.PostAsJsonAsync(node, request, CancellationToken.None);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(CancellationToken.None))!;
    }

    /// <summary>Answers with a whole JSON-RPC answer.</summary>
    public Task AnswerAsync(JsonObject answer) => WriteAsync(StatusCodes.Status200OK, answer.ToJsonString());

    /// <summary>Answers with a result.</summary>
    public Task ResultAsync(JsonNode? result) => AnswerAsync(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone(), ["result"] = result });

    /// <summary>Answers with an error.</summary>
    public Task ErrorAsync(int code, string message) => AnswerAsync(new JsonObject
    {
        ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone(), ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    });

    /// <summary>Answers with anything at all.</summary>
    public async Task WriteAsync(int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body, CancellationToken.None);
    }

    /// <summary>Ends the connection without an answer.</summary>
    public void Drop() => context.Abort();
}
