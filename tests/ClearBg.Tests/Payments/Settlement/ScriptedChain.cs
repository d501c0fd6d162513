using System.Numerics;
using System.Text.Json.Nodes;
using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Tests.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>
/// A chain of a few lines behind a node's methods: accounts, nonces, waiting transactions, blocks, and one token that does what USDC does with authorizations. What a real chain does is shown
/// elsewhere; this one can be made to fail between any two steps.
/// </summary>
internal sealed class ScriptedChain
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, Sent> _pool = [];
    private readonly Dictionary<string, JsonObject> _receipts = new(StringComparer.Ordinal);
    private readonly List<JsonNode> _logs = [];
    private readonly HashSet<string> _spent = new(StringComparer.Ordinal);

    /// <summary>Who is paid.</summary>
    public static Address Seller { get; } = new(Convert.FromHexString("209693Bc6afc0C5328bA36FaF03C514EF312287C"));

    private static readonly PaymentNetwork Network = PaymentNetwork.BaseSepolia;

    /// <summary>Methods that are answered in another way: by a result, an exception of <see cref="NodeError"/>, or one of <see cref="IOException"/>, which cuts the connection.</summary>
    public Dictionary<string, Func<JsonArray, JsonNode?>> Scripted { get; } = new(StringComparer.Ordinal);

    /// <summary>What the token reverts with, whoever pays.</summary>
    public string? Revert { get; set; }

    /// <summary>What the token reverts with in blocks, though not in simulations.</summary>
    public string? RevertInBlock { get; set; }

    public long ChainId { get; set; } = Network.ChainId;

    public long Nonce { get; set; } = 5;

    public long Time { get; set; }

    public long Number { get; set; } = 10_000;

    public BigInteger BaseFee { get; set; } = 1_000_000;

    public BigInteger Tip { get; set; } = 1_000_000;

    /// <summary>Wei for a transaction's bytes; null where the chain is no rollup.</summary>
    public BigInteger? DataFee { get; set; }

    public BigInteger Balance { get; set; } = BigInteger.Pow(10, 17);

    /// <summary>Code of every account but the token's.</summary>
    public string Code { get; set; } = "0x";

    /// <summary>Whether transactions get into blocks.</summary>
    public bool IsMining { get; set; } = true;

    /// <summary>Raw transactions as they were broadcast.</summary>
    public List<string> Broadcast { get; } = [];

    /// <summary>Transactions that wait, as they came: nonce, tip, fee.</summary>
    public List<Sent> Seen { get; } = [];

    public JsonNode? Answer(string method, JsonArray parameters)
    {
        lock (_lock)
        {
            return Scripted.TryGetValue(method, out var scripted) ? scripted(parameters) : Usual(method, parameters);
        }
    }

    /// <summary>As the chain answers when nothing is scripted.</summary>
    public JsonNode? Usual(string method, JsonArray parameters) => method switch
    {
        "eth_chainId" => Quantity(ChainId),
        "eth_getCode" => Code,
        "eth_getBalance" => Quantity(Balance),
        "eth_maxPriorityFeePerGas" => Quantity(Tip),
        "eth_getBlockByNumber" => new JsonObject { ["number"] = Quantity(Number), ["timestamp"] = Quantity(Time), ["baseFeePerGas"] = Quantity(BaseFee) },
        "eth_getTransactionCount" => Quantity(Nonce + ((string)parameters[1]! == "pending" ? _pool.Keys.TakeWhile((nonce, i) => nonce == Nonce + i).Count() : 0)),
        "eth_call" => Call(parameters[0]!["data"]!.GetValue<string>()),
        "eth_estimateGas" => Estimate(parameters[0]!["data"]!.GetValue<string>()),
        "eth_sendRawTransaction" => Take(parameters[0]!.GetValue<string>()),
        "eth_getTransactionReceipt" => _receipts.GetValueOrDefault((string)parameters[0]!)?.DeepClone(),
        "eth_getLogs" => Logs(parameters[0]!),
        _ => throw new NodeError(-32601, "method not found"),
    };

    /// <summary>Makes a block of what waits.</summary>
    public void Mine()
    {
        lock (_lock)
        {
            Number++;
            Time += 2;
            while (IsMining && _pool.Remove(Nonce, out var sent))
            {
                var revert = Revert ?? RevertInBlock ?? Refusal(sent.Data);
                Enter(sent.Hash, revert is null ? Pay(sent.Data, sent.Hash) : null);
                Nonce++;
            }
        }
    }

    /// <summary>Somebody else hands an authorization in.</summary>
    public void PayByOthers(string hash, TransferAuthorization authorization)
    {
        lock (_lock)
        {
            Enter(hash, Pay(Hex.Format(Usdc.Transfer(authorization, [])), hash));
        }
    }

    /// <summary>The payer spends a nonce on nothing.</summary>
    public void Cancel(string hash, TransferAuthorization authorization)
    {
        lock (_lock)
        {
            Enter(hash, [Spend(authorization, "AuthorizationCanceled(address,bytes32)", hash)]);
        }
    }

    /// <summary>In one transaction: the nonce is spent on another transfer, and the same payment is made under another nonce.</summary>
    public void Deceive(string hash, TransferAuthorization authorization)
    {
        lock (_lock)
        {
            var away = Spend(authorization, "AuthorizationUsed(address,bytes32)", hash);
            JsonNode[] rest =
            [
                Log("Transfer(address,address,uint256)", [Word(authorization.From), Word(authorization.From)], authorization.Value, hash),
                .. Pay(Hex.Format(Usdc.Transfer(authorization with { Nonce = default }, [])), hash),
            ];
            Enter(hash, [away, .. rest]);
        }
    }

    /// <summary>A transaction of the same key that isn't ours takes the next nonce.</summary>
    public void TakeNonce()
    {
        lock (_lock)
        {
            _pool.Remove(Nonce++);
        }
    }

    private JsonNode Call(string data) => data[..10] switch
    {
        "0x3644e515" => Network.Domain.Separator.ToString(),
        "0x5c975abb" => Word(0),
        "0xf1c7a58b" => DataFee is { } fee ? Word(fee) : "0x",
        "0xe94a0102" => Word(_spent.Contains(data[10..]) ? 1 : 0),
        _ => Refusal(data) is { } text ? throw new NodeError(3, "execution reverted: " + text) : "0x",
    };

    private string Estimate(string data)
    {
        Call(data);
        return Quantity(80_000);
    }

    /// <summary>What the token says to a call that hands an authorization in, in its own order.</summary>
    private string? Refusal(string data)
    {
        var words = Words(data);
        return Revert
            ?? (Number256(words[4]) <= Time ? "FiatTokenV2: authorization is expired" : null)
            ?? (_spent.Contains(words[0] + words[5]) ? "FiatTokenV2: authorization is used or canceled" : null);
    }

    private string Take(string raw)
    {
        Broadcast.Add(raw);
        var sent = Sent.Read(raw);
        if (sent.Nonce < Nonce)
        {
            throw new NodeError(-32000, "nonce too low");
        }

        if (_pool.TryGetValue(sent.Nonce, out var waiting))
        {
            if (waiting.Hash == sent.Hash)
            {
                throw new NodeError(-32000, "already known");
            }

            if (10 * sent.Fee < 11 * waiting.Fee || 10 * sent.Tip < 11 * waiting.Tip)
            {
                throw new NodeError(-32000, "replacement transaction underpriced");
            }
        }

        _pool[sent.Nonce] = sent;
        Seen.Add(sent);
        return sent.Hash;
    }

    private List<JsonNode> Pay(string data, string hash)
    {
        var words = Words(data);
        _spent.Add(words[0] + words[5]);
        return
        [
            Log("AuthorizationUsed(address,bytes32)", ["0x" + words[0], "0x" + words[5]], null, hash),
            Log("Transfer(address,address,uint256)", ["0x" + words[0], "0x" + words[1]], Number256(words[2]), hash),
        ];
    }

    private JsonObject Spend(TransferAuthorization authorization, string what, string hash)
    {
        _spent.Add(Word(authorization.From)[2..] + authorization.Nonce.ToString()[2..]);
        return Log(what, [Word(authorization.From), authorization.Nonce.ToString()], null, hash);
    }

    private void Enter(string hash, List<JsonNode>? logs) => _receipts[hash] = new JsonObject
    {
        ["transactionHash"] = hash,
        ["blockNumber"] = Quantity(Number),
        ["status"] = logs is null ? "0x0" : "0x1",
        ["logs"] = new JsonArray([.. (logs ?? []).Select(log => log.DeepClone())]),
    };

    private JsonArray Logs(JsonNode filter)
    {
        Assert.Equal(Network.Usdc.ToString(), (string)filter["address"]!);
        var (from, to) = (QuantityIn(filter["fromBlock"]!), QuantityIn(filter["toBlock"]!));
        var wanted = filter["topics"]!.AsArray().Select(static topic => topic is JsonArray any ? [.. any.Select(static one => (string)one!)] : new[] { (string)topic! }).ToArray();
        return
        [
            .. _logs
                .Where(log => QuantityIn(log["blockNumber"]!) is var block && block >= from && block <= to)
                .Where(log => log["topics"]!.AsArray() is var topics && topics.Count >= wanted.Length && wanted.Zip(topics).All(static pair => pair.First.Contains((string)pair.Second!, StringComparer.Ordinal)))
                .Select(static log => log.DeepClone()),
        ];
    }

    private JsonObject Log(string what, string[] topics, BigInteger? data, string hash)
    {
        var log = new JsonObject
        {
            ["address"] = Network.Usdc.ToString(),
            ["topics"] = new JsonArray([Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(what)).ToString(), .. topics]),
            ["data"] = data is { } number ? Word(number) : "0x",
            ["blockNumber"] = Quantity(Number),
            ["transactionHash"] = hash,
        };
        _logs.Add(log);
        return log;
    }

    /// <summary>The six members of an authorization in a call.</summary>
    private static string[] Words(string data) => [.. Enumerable.Range(0, 6).Select(i => data.Substring(10 + (64 * i), 64))];

    private static BigInteger Number256(string word) => UInt256.Read(Convert.FromHexString(word));

    private static string Word(BigInteger number) => Hex.Format(UInt256.ToWord(number));

    private static string Word(Address address) => "0x" + Convert.ToHexStringLower(address.ToArray()).PadLeft(64, '0');

    private static BigInteger QuantityIn(JsonNode quantity) => Hex.TryParseQuantity((string)quantity!, out var number) ? number : throw new FormatException();

    private static string Quantity(BigInteger number) => Hex.FormatQuantity(number);

    /// <summary>What is asked of a transaction here.</summary>
    public sealed record Sent(string Hash, long Nonce, BigInteger Tip, BigInteger Fee, string Data)
    {
        /// <summary>Reads the fields of a type 2 transaction: all of them are strings of bytes.</summary>
        public static Sent Read(string raw)
        {
            var bytes = Convert.FromHexString(raw[2..]);
            Assert.Equal(2, bytes[0]);
            var at = 2 + (bytes[1] > 0xF7 ? bytes[1] - 0xF7 : 0);
            List<byte[]> fields = [];
            while (fields.Count < 8)
            {
                var (start, length) = bytes[at] switch
                {
                    < 0x80 => (at, 1),
                    <= 0xB7 => (at + 1, bytes[at] - 0x80),
                    _ => (at + 1 + bytes[at] - 0xB7, (int)new BigInteger(bytes.AsSpan(at + 1, bytes[at] - 0xB7), true, true)),
                };
                fields.Add(bytes[start..(start + length)]);
                at = start + length;
            }

            return new(
                Keccak256.Hash(bytes).ToString(), (long)new BigInteger(fields[1], true, true), new BigInteger(fields[2], true, true), new BigInteger(fields[3], true, true), Hex.Format(fields[7]));
        }
    }
}
