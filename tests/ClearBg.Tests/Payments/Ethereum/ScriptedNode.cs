using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClearBg.Tests.Payments.Ethereum;

/// <summary>A web server on a loopback port that reads JSON and answers what a test likes, well-formed or not. For JSON-RPC and for facilitators.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private readonly WebApplication _server;

    private ScriptedNode(WebApplication server) => _server = server;

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_server.Urls.Single());

    /// <summary>The bodies that came, oldest first.</summary>
    public ConcurrentQueue<JsonNode> Requests { get; } = [];

    /// <param name="answer">Gets the request and its body; may write anything or cut the connection.</param>
    public static async Task<ScriptedNode> StartAsync(Func<HttpContext, JsonNode, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var node = new ScriptedNode(server);
        server.Run(async context =>
        {
            var request = context.Request.Method == "GET" ? JsonValue.Create(context.Request.Path.Value!) : (await JsonNode.ParseAsync(context.Request.Body))!;
            node.Requests.Enqueue(request);
            await answer(context, request);
        });
        await server.StartAsync();
        return node;
    }

    /// <summary>One that answers every request with the same status and text, in which <c>$id</c> stands for the request's id.</summary>
    public static Task<ScriptedNode> SayingAsync(string text, int status = 200) => StartAsync((context, request) =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(text.Replace("$id", (request as JsonObject)?["id"]?.ToJsonString() ?? "", StringComparison.Ordinal));
    });

    /// <summary>One that answers each method by its own: a result, or what it throws.</summary>
    public static Task<ScriptedNode> OfAsync(Func<string, JsonArray, JsonNode?> method) => StartAsync((context, request) =>
    {
        JsonObject answer = new() { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone() };
        try
        {
            answer["result"] = method((string)request["method"]!, request["params"]!.AsArray());
        }
        catch (NodeError error)
        {
            answer["error"] = new JsonObject { ["code"] = error.Code, ["message"] = error.Message };
        }
        catch (IOException)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        return context.Response.WriteAsJsonAsync(answer, JsonSerializerOptions.Default);
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

/// <summary>A node's error answer.</summary>
internal sealed class NodeError(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
