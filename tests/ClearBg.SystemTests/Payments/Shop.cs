using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using ClearBg.SystemTests.Injected;
using ClearBg.SystemTests.Money;
using ClearBg.Tests.Storage;

namespace ClearBg.SystemTests.Payments;

/// <summary>A chain of our own, a way to it that can be disturbed, and a gateway that sells pictures over it, with a model that takes milliseconds.</summary>
internal sealed class Shop : IAsyncDisposable
{
    /// <summary>Who is paid.</summary>
    public const string PayTo = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

    /// <summary>Millionths of a dollar for a picture.</summary>
    public const long Price = 50_000;

    /// <summary>What the gateway sends transactions with: one of anvil's well-known keys, which have ether.</summary>
    public const string SettlerKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    /// <summary>Its address.</summary>
    public const string Settler = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    /// <summary>Where the wallet contract lies.</summary>
    public const string Wallet = "0x1271000000000000000000000000000000001271";

    /// <summary>Settings of a gateway that waits seconds for the chain, for tests that wait as long as it does.</summary>
    public static readonly (string Name, string Value)[] Impatient = [("Payments__RpcSeconds", "2"), ("Payments__SettlementSeconds", "4")];

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly Installation _installation;

    private Shop(Installation installation, LocalChain chain, FaultyRpc rpc, Payer walletOwner) =>
        (_installation, Chain, Rpc, WalletOwner) = (installation, chain, rpc, walletOwner);

    public TestNetwork Network => Chain.Network;

    public LocalChain Chain { get; }

    /// <summary>Between gateway and chain.</summary>
    public FaultyRpc Rpc { get; }

    /// <summary>Signs for the wallet contract.</summary>
    public Payer WalletOwner { get; }

    /// <summary>Who sells.</summary>
    public Gateway Gateway { get; private set; } = null!;

    /// <summary>Where a picture is bought.</summary>
    public static Uri Route { get; } = new("/v1/remove-background", UriKind.Relative);

    /// <summary>Starts all three.</summary>
    public static async Task<Shop> OpenAsync(TestNetwork network, params (string Name, string Value)[] settings)
    {
        var shop = await WithoutGatewayAsync(network, Engine.Sqlite);
        await shop.StartAsync(settings);
        return shop;
    }

    /// <summary>Starts the chain and the way to it, and makes a database.</summary>
    public static async Task<Shop> WithoutGatewayAsync(TestNetwork network, Engine engine)
    {
        var owner = await Payer.CreateAsync();
        var chain = await LocalChain.StartAsync(network, owner);
        return new Shop(await Installation.CreateAsync(engine), chain, await FaultyRpc.StartAsync(chain.Url), owner);
    }

    /// <summary>Starts the gateway, or the next one after one that is no more, and waits until it sells.</summary>
    public async Task StartAsync(params (string Name, string Value)[] settings)
    {
        Gateway = await _installation.StartAsync([.. Settings(), .. settings]);
        await UntilOpenAsync(Gateway);
    }

    /// <summary>As above, with the <see cref="Steps"/>, and a clock that many minutes ahead: leases of a process that was killed are over.</summary>
    public Task StartSteppedAsync(int minutesAhead, params (string Name, string Value)[] settings) => StartAsync(
    [
        (StartupHook.Variable, typeof(StartupHook).Assembly.Location),
        (StartupHook.MinutesAhead, minutesAhead.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        .. settings,
    ]);

    /// <summary>Starts so many gateways over the one database, with the one settler's key, and waits until all sell.</summary>
    public async Task<Gateway[]> StartManyAsync(int gateways, params (string Name, string Value)[] settings)
    {
        var started = await Task.WhenAll(Enumerable.Range(0, gateways).Select(_ => _installation.StartAsync([.. Settings(), .. settings])));
        await Task.WhenAll(started.Select(UntilOpenAsync));
        return started;
    }

    /// <summary>The gateway is killed (SIGKILL).</summary>
    public ValueTask KillAsync() => Gateway.DisposeAsync();

    /// <summary>Waits until who has no payment is asked for one: a gateway that doesn't reach the chain, or hasn't yet, asks nobody.</summary>
    public Task UntilOpenAsync() => UntilOpenAsync(Gateway);

    /// <summary>A new payer with that much, by default enough for one picture.</summary>
    public async Task<Payer> PayerAsync(long amount = Price)
    {
        var payer = await Payer.CreateAsync();
        await FundAsync(payer.Address, amount);
        return payer;
    }

    /// <summary>Sets what an address has.</summary>
    public Task FundAsync(string address, long amount) => Chain.TellAsync("fund", ("address", address), ("amount", amount));

    /// <summary>What we have been paid so far, as the chain says it.</summary>
    public Task<long> EarnedAsync() => Chain.BalanceAsync(PayTo);

    /// <summary>Waits until the gateway's books have a payment in one of the states <c>working</c>, <c>settling</c>, <c>settled</c> and <c>failed</c>.</summary>
    public async Task UntilAsync(string state, SignedPayment payment)
    {
        await using var store = _installation.Open();
        using var patience = new CancellationTokenSource(Longest);
        while (await store.ScalarAsync($"SELECT state FROM payments WHERE nonce = '{payment.Nonce}'") is not string current || current != state)
        {
            await Task.Delay(BetweenLooks, patience.Token);
        }
    }

    /// <summary>A payment of a new payer who has enough for it.</summary>
    public async Task<SignedPayment> SignAsync(PayerTerms? terms = null) => await SignAsync(await PayerAsync(), terms);

    /// <summary>A payment.</summary>
    public Task<SignedPayment> SignAsync(Payer payer, PayerTerms? terms = null) => SignedPayment.SignAsync(Network, payer, terms ?? new PayerTerms());

    /// <summary>Sends a picture with a payment, or without.</summary>
    /// <param name="payment">Null for none.</param>
    /// <param name="picture">By default one that takes no time.</param>
    /// <param name="gateway">Whom to ask; by default this shop's.</param>
    /// <param name="cancellation">Hangs up.</param>
    /// <param name="headers">More of them.</param>
    /// <exception cref="HttpRequestException">The gateway died before the whole answer was here.</exception>
    public async Task<Purchase> BuyAsync(
        SignedPayment? payment, byte[]? picture = null, Gateway? gateway = null, CancellationToken cancellation = default, params (string Name, string Value)[] headers)
    {
        picture ??= Order.Picture;
        using var request = new HttpRequestMessage(HttpMethod.Post, Route)
        {
            Content = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue(picture is [0x89, ..] ? "image/png" : "image/jpeg") } },
        };
        if (payment is not null)
        {
            request.Headers.Add(payment.Name, payment.Header);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await (gateway ?? Gateway).Client.SendAsync(request, cancellation);
        return await Purchase.ReadAsync(response);
    }

    /// <summary>Sends a picture with a payment until it is served, as a client should: what is pending may be so on a machine that has much else to do. Never 402.</summary>
    public async Task<Purchase> BuyPatientlyAsync(SignedPayment payment, byte[]? picture = null, Gateway? gateway = null)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var purchase = await BuyAsync(payment, picture, gateway);
            if (purchase.Error != Purchase.Pending)
            {
                return purchase;
            }

            Assert.True(watch.Elapsed < Longest, purchase.Say());
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        await Rpc.DisposeAsync();
        await Chain.DisposeAsync();
        _installation.Dispose();
    }

    /// <summary>What makes a gateway sell over this chain.</summary>
    private (string Name, string Value)[] Settings() =>
    [
        ("Payments__Network", Network.Name), ("Payments__PayTo", PayTo), ("Payments__PublicUrl", "https://pictures.example"), ("Payments__RpcUrl", Rpc.Url),
        ("Payments__SettlerKey", SettlerKey), ("Payments__UnpaidPerMinute", "1000000"),
        ("Payments__EtherPrice", "1"), ("Payments__MaxFeePerGas", "10000"), ("Payments__MaxGasShare", "1"),
    ];

    private async Task UntilOpenAsync(Gateway gateway)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(BetweenLooks))
        {
            var answer = await BuyAsync(payment: null, gateway: gateway);
            if (answer.Status == HttpStatusCode.PaymentRequired)
            {
                return;
            }

            Assert.True(watch.Elapsed < Longest, $"{answer.Say()}\n{gateway.Printed}");
        }
    }
}
