using System.Diagnostics.Metrics;
using System.Numerics;
using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Storage;
using ClearBg.Tests.Payments.Ethereum;
using ClearBg.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>Direct settlement over a real socket, a real database and a scripted chain, which makes a block in each wait.</summary>
internal sealed class Settling : IAsyncDisposable
{
    private const string SettlerSecret = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    private const string PayerSecret = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

    private readonly JsonExchange _exchange;
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SettlerKey _settler = Key(SettlerSecret);
    private readonly SettlerKey _payer = Key(PayerSecret);
    private readonly ScriptedNode _node;

    private Settling(ScriptedNode node, ScriptedChain chain, TestStore store, HurriedTime time)
    {
        (_node, Chain, Store, Time) = (node, chain, store, time);
        _exchange = new JsonExchange(TimeSpan.FromHours(1), time);
        Chain.Time = time.GetUtcNow().ToUnixTimeSeconds();
        Metrics = new PaymentMetrics(_meters.GetRequiredService<IMeterFactory>(), time);
        Time.Passing = Chain.Mine;
    }

    public ScriptedChain Chain { get; }

    public TestStore Store { get; }

    public HurriedTime Time { get; }

    public PaymentMetrics Metrics { get; }

    /// <summary>Most wei a unit of gas.</summary>
    public BigInteger FeeCap { get; set; } = 1_000_000_000;

    /// <summary>Most wei a payment.</summary>
    public BigInteger Budget { get; set; } = BigInteger.Pow(10, 15);

    public string Settler => _settler.Address.ToString();

    public static async Task<Settling> StartAsync(Engine engine = Engine.Sqlite)
    {
        var chain = new ScriptedChain();
        return new Settling(await ScriptedNode.OfAsync(chain.Answer), chain, await TestStore.CreateAsync(engine), new HurriedTime());
    }

    /// <summary>A settlement as a process that just started has it.</summary>
    public DirectSettlement Start()
    {
        var node = Node();
        return new(
            node, _settler, new FeePolicy(node, new GasTerms(FeeCap, Budget)), new SentTransactions(Store.Source, Time), new FailingPayers(new RateWindows(Store.Source, Time), Time), Metrics,
            PaymentNetwork.BaseSepolia, TimeSpan.FromSeconds(30), Time, NullLoggerFactory.Instance);
    }

    public EthereumNode Node() => new(new JsonRpc(_exchange, _node.Url, NullLogger<JsonRpc>.Instance));

    /// <summary>The lease on every payment.</summary>
    public const string Lease = "lease";

    /// <summary>A payment of five cents that holds for ten minutes, in the state in which payments are settled.</summary>
    public Payment Pay(byte nonce = 1, byte[]? signature = null)
    {
        var payment = Sign(nonce, signature);
        using var row = Store.Source.Command(
            """
            INSERT INTO payments (id, payload_hash, request_hash, state, version, network, payer, pay_to, amount, valid_after, valid_before, nonce, signature, lease, leased_until, created_at)
            VALUES (@id, '', '', 'settling', 1, '', '', '', '', '', '', '', '', @lease, 0, 0) ON CONFLICT DO NOTHING
            """,
            ("@id", payment.Id), ("@lease", Lease));
        row.ExecuteNonQuery();
        return payment;
    }

    /// <summary>Settles as whoever follows a payment on does: again and again, with a block in between.</summary>
    public async Task<SettlementOutcome> FollowAsync(DirectSettlement settlement, Payment payment)
    {
        var outcome = await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None);
        for (var calls = 1; calls < 10 && outcome is SettlementOutcome.Pending; calls++)
        {
            Time.Pass(TimeSpan.FromSeconds(4));
            Chain.Mine();
            outcome = await settlement.SettleAsync(payment, Settling.Lease, CancellationToken.None);
        }

        return outcome;
    }

    private Payment Sign(byte nonce, byte[]? signature)
    {
        var now = Time.GetUtcNow().ToUnixTimeSeconds();
        var authorization = new TransferAuthorization(_payer.Address, ScriptedChain.Seller, 50_000, now - 60, now + 600, new Bytes32([.. new byte[31], nonce]));
        return new(1, PaymentNetwork.BaseSepolia, authorization, signature ?? _payer.Sign(authorization.Digest(PaymentNetwork.BaseSepolia.Domain)).ToArray());
    }

    /// <summary>Signs with the settler's key instead of the payer's.</summary>
    public Payment Forge()
    {
        var payment = Pay();
        return payment with { Signature = _settler.Sign(payment.Authorization.Digest(PaymentNetwork.BaseSepolia.Domain)).ToArray() };
    }

    /// <summary>Nonces that are still held.</summary>
    public async Task<long> HeldAsync() => (long)(await Store.ScalarAsync("SELECT COUNT(DISTINCT nonce) FROM sent_transactions WHERE is_open = 1"))!;

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await Store.DisposeAsync();
        await _meters.DisposeAsync();
        _exchange.Dispose();
        _settler.Dispose();
        _payer.Dispose();
    }

    private static SettlerKey Key(string text) => SettlerKey.TryParse(text, out var key) ? key : throw new FormatException();
}
