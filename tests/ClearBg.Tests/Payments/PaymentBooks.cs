using System.Numerics;
using ClearBg.Payments;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Payments;

/// <summary>What a process has of payments, over a database of a test's own, with a settlement that a test scripts.</summary>
internal sealed class PaymentBooks : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    /// <param name="store">The database, as this process opened it.</param>
    /// <param name="clock">Of all parts; the store's where none is given.</param>
    public PaymentBooks(TestStore store, TimeProvider? clock = null)
    {
        clock ??= store.Clock;
        var options = Options.Create(new PaymentsOptions { PayTo = PaymentForm.PayTo, PublicUrl = "https://api.example.com" });
        Answers = new PaymentAnswers(store.Source, clock, options);
        Records = new PaymentRecords(store.Source, Answers, clock);
        Metrics = new PaymentMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), clock);
        Collector = new PaymentCollector(Settlement, Records, Metrics, options, clock, NullLogger<PaymentCollector>.Instance);
        Upkeep = new PaymentUpkeep(Records, Answers, Collector, Metrics, options, clock, NullLogger<PaymentUpkeep>.Instance);
    }

    /// <summary>Tells the meter of these books from those of others.</summary>
    public object MeterScope => _services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();

    public ScriptedSettlement Settlement { get; } = new();

    public PaymentAnswers Answers { get; }

    public PaymentRecords Records { get; }

    public PaymentMetrics Metrics { get; }

    public PaymentCollector Collector { get; }

    public PaymentUpkeep Upkeep { get; }

    /// <summary>Claims a payment and stores an answer for it.</summary>
    public async Task<string> BeginSettlingAsync(Payment payment, byte[]? answer = null)
    {
        var lease = (await Records.ClaimAsync(payment, "request", null, CancellationToken.None))!;
        Assert.True(await Records.BeginSettlingAsync(payment.Id, lease, "image/png", new MemoryStream(answer ?? [1, 2, 3]), CancellationToken.None));
        return lease;
    }

    public async Task<PaymentState?> StateAsync(Payment payment) => (await Records.FindAsync(payment.Id, CancellationToken.None))?.State;

    public void Dispose()
    {
        Upkeep.Dispose();
        _services.Dispose();
    }
}

/// <summary>A settlement that does what it is told; the real two are tried elsewhere, against chains.</summary>
internal sealed class ScriptedSettlement : ISettlement
{
    public static readonly string Hash = "0x" + new string('a', 64);

    private int _settlements;

    public Func<PaymentFault?> Check { get; set; } = static () => null;

    public Func<Payment, PaymentFault?> Verify { get; set; } = static _ => null;

    public Func<Payment, Task<SettlementOutcome>> Settle { get; set; } = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Settled(Hash));

    /// <summary>Of every payer.</summary>
    public BigInteger? Balance { get; set; }

    /// <summary>What the chain says of a payment that failed.</summary>
    public Finding Late { get; set; } = Finding.Nothing;

    /// <summary>How often it was asked to settle.</summary>
    public int Settlements => _settlements;

    public Task<PaymentFault?> CheckAsync(CancellationToken cancellation) => Task.FromResult(Check());

    public Task<PaymentFault?> VerifyAsync(Payment payment, CancellationToken cancellation) => Task.FromResult(Verify(payment));

    public Task<BigInteger?> BalanceAsync(Address payer, CancellationToken cancellation) => Task.FromResult(Balance);

    public Task<Finding> FindPaidAsync(Payment payment, CancellationToken cancellation) => Task.FromResult(Late);

    public Task<SettlementOutcome> SettleAsync(Payment payment, string lease, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _settlements);
        return Settle(payment).WaitAsync(cancellation);
    }
}
