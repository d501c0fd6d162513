using System.Net.Sockets;
using System.Net;
using ClearBg.Payments.Ethereum;
using ClearBg.Tests.Intake;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Payments.Ethereum;

/// <summary>A node may be down, slow, broken or lying: that is an answer too, and never an exception.</summary>
public sealed class JsonRpcTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<JsonExchange> _exchanges = [];

    public void Dispose() => _exchanges.ForEach(static exchange => exchange.Dispose());

    [Fact]
    public async Task Asks_by_post_and_reads_the_result()
    {
        await using var node = await ScriptedNode.SayingAsync("""{"jsonrpc":"2.0","id":$id,"result":"0x14a34"}""");

        Assert.Equal(84532, await ValueAsync(Node(node.Url).ChainIdAsync(CancellationToken.None)));
        Assert.Equal("""{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}""", Assert.Single(node.Requests).ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("{}")]
    [InlineData("""{"jsonrpc":"2.0","id":$id}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":null,"error":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":"0x1","error":{"code":3,"message":"both"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"error":"broken"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"error":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"error":{"code":"3","message":"text"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"error":{"code":99999999999,"message":"text"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"error":{"code":3,"message":7}}""")]
    [InlineData("""{"jsonrpc":"2.0","result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"$id","result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":999,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1.5,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":"1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":"0x"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":"0xzz"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":"0x8000000000000000"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":"\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":"0x1","result":"0x2"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}}}}}}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":$id,"result":"0x1"} more""")]
    public async Task An_answer_that_is_none_counts_as_unreachable(string text)
    {
        await using var node = await ScriptedNode.SayingAsync(text);

        Assert.Equal(NodeFailure.Malformed, (await Node(node.Url).ChainIdAsync(CancellationToken.None)).Failure);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(301)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    public async Task A_status_other_than_200_counts_as_unreachable_whatever_comes_with_it(int status)
    {
        var text = status == 204 ? "" : """{"jsonrpc":"2.0","id":$id,"error":{"code":3,"message":"execution reverted"}}""";
        await using var node = await ScriptedNode.SayingAsync(text, status);

        Assert.Equal(Unreachable($"HTTP status {status}"), (await Node(node.Url).ChainIdAsync(CancellationToken.None)).Failure);
    }

    [Fact]
    public async Task An_answer_larger_than_a_mebibyte_is_cut_off()
    {
        await using var node = await ScriptedNode.SayingAsync("{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":\"0x1\"" + new string(' ', 8 << 20) + "}");

        Assert.Equal(NodeFailure.Malformed, (await Node(node.Url).ChainIdAsync(CancellationToken.None)).Failure);
    }

    [Fact]
    public async Task A_cut_connection_and_none_at_all_count_as_unreachable()
    {
        var node = await ScriptedNode.StartAsync((context, _) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        var url = node.Url;
        Assert.Equal(Unreachable("no connection"), (await Node(url).ChainIdAsync(CancellationToken.None)).Failure);

        await node.DisposeAsync();
        Assert.Equal(Unreachable("no connection"), (await Node(url).ChainIdAsync(CancellationToken.None)).Failure);
    }

    [Fact]
    public async Task Silence_ends_with_patience()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var time = new StoppedTime();
        var asked = Node(new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"), time).ChainIdAsync(CancellationToken.None);
        using var client = await silent.AcceptTcpClientAsync();

        time.RunOut(Patience);

        Assert.Equal(Unreachable("no answer in time"), (await asked).Failure);
    }

    [Fact]
    public async Task The_caller_may_hang_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var caller = new CancellationTokenSource();
        var asked = Node(new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}")).ChainIdAsync(caller.Token);
        using var client = await silent.AcceptTcpClientAsync();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Theory]
    [InlineData("\"0x08c379a0\"", "08c379a0")]
    [InlineData("\"Reverted 0x08c379a0\"", "08c379a0")]
    [InlineData("\"0x\"", "")]
    [InlineData("\"none\"", null)]
    [InlineData("\"0xabc\"", null)]
    [InlineData("{\"hash\":\"0x00\"}", null)]
    [InlineData("null", null)]
    public async Task An_error_comes_with_its_code_and_what_the_contract_reverted_with(string data, string? bytes)
    {
        await using var node = await ScriptedNode.SayingAsync("{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":3,\"message\":\"" + new string('m', 500) + "\",\"data\":" + data + "}}");

        var refusal = Assert.IsType<NodeFailure.Refusal>((await Node(node.Url).ChainIdAsync(CancellationToken.None)).Failure);

        Assert.Equal((3, new string('m', 300)), (refusal.Code, refusal.Message));
        Assert.Equal(bytes, refusal.Data is null ? null : Convert.ToHexStringLower(refusal.Data));
    }

    private static NodeFailure.Unreachable Unreachable(string reason) => new(reason);

    private static async Task<T> ValueAsync<T>(Task<NodeAnswer<T>> answer) =>
        (await answer).Succeeded(out var value, out var failure) ? value : throw new InvalidOperationException(failure.ToString());

    private EthereumNode Node(Uri url, TimeProvider? time = null)
    {
        var exchange = new JsonExchange(Patience, time ?? TimeProvider.System);
        _exchanges.Add(exchange);
        return new(new JsonRpc(exchange, url, NullLogger<JsonRpc>.Instance));
    }
}
