using System.Text.Json.Nodes;
using ClearBg.Payments.Ethereum;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Payments.Ethereum;

public sealed class EthereumNodeTests : IDisposable
{
    private const string Hash = "0x1111111111111111111111111111111111111111111111111111111111111111";
    private const string Other = "0x2222222222222222222222222222222222222222222222222222222222222222";
    private const string Token = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

    private readonly JsonExchange _exchange = new(TimeSpan.FromMinutes(1), TimeProvider.System);

    public void Dispose() => _exchange.Dispose();

    [Fact]
    public async Task Asks_each_question_in_the_form_that_nodes_document()
    {
        await using var node = await ScriptedNode.OfAsync((method, _) => method switch
        {
            "eth_getBlockByNumber" => JsonNode.Parse("""{"number":"0x10","timestamp":"0x65","baseFeePerGas":"0x7","extra":[]}"""),
            "eth_getLogs" => new JsonArray(),
            "eth_getTransactionReceipt" => null,
            "eth_sendRawTransaction" => Hash,
            _ => "0x0b",
        });
        var (asked, token) = (Node(node.Url), Parse(Token));

        Assert.Equal([0x0B], await ValueAsync(asked.CodeAsync(token, CancellationToken.None)));
        Assert.Equal(11, await ValueAsync(asked.BalanceAsync(token, CancellationToken.None)));
        Assert.Equal(11, await ValueAsync(asked.NonceAsync(token, CancellationToken.None)));
        Assert.Equal(new Block(16, 101, 7), await ValueAsync(asked.LatestBlockAsync(CancellationToken.None)));
        Assert.Equal(11, await ValueAsync(asked.TipAsync(CancellationToken.None)));
        Assert.Equal([0x0B], await ValueAsync(asked.CallAsync(token, token, [1, 2], CancellationToken.None)));
        Assert.Equal([0x0B], await ValueAsync(asked.CallAsync(token, token, [1, 2], 16, CancellationToken.None)));
        Assert.Equal(11, await ValueAsync(asked.EstimateGasAsync(token, token, [1, 2], CancellationToken.None)));
        Assert.Equal(Hash, (await ValueAsync(asked.SendAsync([3], CancellationToken.None))).ToString());
        Assert.Null(await ValueAsync(asked.ReceiptAsync(Bytes(Hash), CancellationToken.None)));
        Assert.Empty(await ValueAsync(asked.LogsAsync(token, [Bytes(Hash), Bytes(Other)], [Bytes(Hash)], 1, 16, CancellationToken.None)));

        var call = $$"""{"from":"{{Token}}","to":"{{Token}}","data":"0x0102","gas":"0x7a120"}""";
        Assert.Equal(
            [
                $"""eth_getCode ["{Token}","latest"]""",
                $"""eth_getBalance ["{Token}","latest"]""",
                $"""eth_getTransactionCount ["{Token}","latest"]""",
                """eth_getBlockByNumber ["latest",false]""",
                "eth_maxPriorityFeePerGas []",
                $"""eth_call [{call},"latest"]""",
                $"""eth_call [{call},"0x10"]""",
                $"eth_estimateGas [{call}]",
                """eth_sendRawTransaction ["0x03"]""",
                $"""eth_getTransactionReceipt ["{Hash}"]""",
                $$"""eth_getLogs [{"address":"{{Token}}","topics":[["{{Hash}}","{{Other}}"],"{{Hash}}"],"fromBlock":"0x1","toBlock":"0x10"}]""",
            ],
            node.Requests.Select(request => $"{request["method"]} {request["params"]!.ToJsonString()}"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x2","logs":[]}""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":true,"logs":[]}""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","status":"0x1","logs":[]}""")]
    [InlineData($$"""{"transactionHash":"{{Other}}","blockNumber":"0x7","status":"0x1","logs":[]}""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x1"}""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x1","logs":{} }""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x1","logs":[{}]}""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x1","logs":[7]}""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x1","logs":[{"address":"{{Token}}","data":"0x","blockNumber":"0x7","transactionHash":"{{Hash}}","topics":["0x01"]}]}""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x1","logs":[{"address":"{{Token}}","data":"0x","transactionHash":"{{Hash}}","topics":[]}]}""")]
    [InlineData($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x1","logs":[{"address":"0x01","data":"0x","blockNumber":"0x7","transactionHash":"{{Hash}}","topics":[]}]}""")]
    public async Task A_receipt_that_is_none_counts_as_no_answer(string receipt)
    {
        await using var node = await ScriptedNode.OfAsync((_, _) => JsonNode.Parse(receipt));

        Assert.Equal(NodeFailure.Malformed, (await Node(node.Url).ReceiptAsync(Bytes(Hash), CancellationToken.None)).Failure);
    }

    [Fact]
    public async Task Log_entries_that_the_chain_took_back_are_left_out()
    {
        static string Entry(string data, string more) => $$"""{"address":"{{Token}}","data":"{{data}}","blockNumber":"0x7","transactionHash":"{{Hash}}","topics":["{{Other}}"] {{more}} }""";
        var logs = string.Join(',', Entry("0x01", ""), Entry("0x02", ",\"removed\":true"), Entry("0x03", ",\"removed\":false"));
        await using var node = await ScriptedNode.OfAsync((_, _) => JsonNode.Parse($$"""{"transactionHash":"{{Hash}}","blockNumber":"0x7","status":"0x1","logs":[{{logs}}] }"""));

        var receipt = await ValueAsync(Node(node.Url).ReceiptAsync(Bytes(Hash), CancellationToken.None));

        Assert.Equal((7, true), (receipt!.Block, receipt.Succeeded));
        Assert.Equal([1, 3], receipt.Logs.Select(entry => entry.Data.Single()));
        Assert.All(receipt.Logs, entry => Assert.Equal((Parse(Token), Bytes(Other), 7, Bytes(Hash)), (entry.Emitter, entry.Topics.Single(), entry.Block, entry.TransactionHash)));
    }

    private static async Task<T> ValueAsync<T>(Task<NodeAnswer<T>> answer) =>
        (await answer).Succeeded(out var value, out var failure) ? value! : throw new InvalidOperationException(failure.ToString());

    private static Address Parse(string text) => Address.TryParse(text, out var address) ? address : throw new FormatException();

    private static Bytes32 Bytes(string text) => Bytes32.TryParse(text, out var bytes) ? bytes : throw new FormatException();

    private EthereumNode Node(Uri url) => new(new JsonRpc(_exchange, url, NullLogger<JsonRpc>.Instance));
}
