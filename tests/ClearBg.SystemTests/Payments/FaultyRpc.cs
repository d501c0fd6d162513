using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClearBg.SystemTests.Payments;

/// <summary>What stands between the gateway and its node on the loopback interface: counts the calls, and on command lets them meet a fault.</summary>
internal sealed class FaultyRpc : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _onward = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _broadcast = [];
    private readonly Uri _node;
    private Injection? _injected;

    private FaultyRpc(WebApplication app, Uri node) => (_app, _node) = (app, node);

    /// <summary>Where it is.</summary>
    public string Url => _app.Urls.Single();

    public static async Task<FaultyRpc> StartAsync(string node)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Gateway.AnyPort);
        var app = builder.Build();
        var rpc = new FaultyRpc(app, new Uri(node));
        app.MapPost("/", rpc.AnswerAsync);
        await app.StartAsync();
        return rpc;
    }

    /// <summary>Signed transactions as they were to be broadcast, in that order.</summary>
    public IReadOnlyCollection<string> Broadcast => _broadcast;

    /// <summary>How often a method was called.</summary>
    public int CallsOf(string method) => _calls.GetValueOrDefault(method);

    /// <summary>How often the node has answered a method where nothing was injected.</summary>
    public int AnswersTo(string method) => _answers.GetValueOrDefault(method);

    /// <summary>From here until disposal, calls of the methods (of all, when none is named) meet the fault. One at a time.</summary>
    public Injection Inject(RpcFault fault, params string[] methods)
    {
        var injection = new Injection(fault, methods, () => Volatile.Write(ref _injected, null));
        Assert.Null(Interlocked.CompareExchange(ref _injected, injection, null));
        return injection;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _onward.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var call = new RpcCall(context, request, _onward, _node);
        Count(_calls);
        if (call.Method == "eth_sendRawTransaction")
        {
            _broadcast.Enqueue((string)request["params"]![0]!);
        }

        if (Volatile.Read(ref _injected) is { } injection && injection.Concerns(call.Method))
        {
            await injection.MeetAsync(call);
        }
        else
        {
            var answer = await call.PassAsync();
            Count(_answers);
            await call.AnswerAsync(answer);
        }

        void Count(ConcurrentDictionary<string, int> calls) => calls.AddOrUpdate(call.Method, 1, static (_, count) => count + 1);
    }

    /// <summary>A fault while it lasts.</summary>
    internal sealed class Injection(RpcFault fault, string[] methods, Action end) : IDisposable
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

        private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Waits until a call meets it.</summary>
        public Task MetAsync() => _met.Task.WaitAsync(Longest);

        public bool Concerns(string method) => methods is [] || methods.Contains(method, StringComparer.Ordinal);

        public Task MeetAsync(RpcCall call) => fault(call, () => _met.TrySetResult());

        public void Dispose() => end();
    }
}

/// <summary>Does something else than answering a call.</summary>
/// <param name="call">What the gateway wants.</param>
/// <param name="met">Says that it was called and the node, if ever, has what is for the node.</param>
internal delegate Task RpcFault(RpcCall call, Action met);
