using System.Numerics;
using ClearBg.Payments.Ethereum;
using ClearBg.Payments.Settlement;

namespace ClearBg.Payments;

/// <summary>What stands where payments are not offered: refuses everything, and says what to set.</summary>
internal sealed class NoSettlement : ISettlement
{
    /// <summary>For whoever runs the gateway.</summary>
    public const string Advice = $"{PaymentsOptions.Section}:{nameof(PaymentsOptions.PayTo)} is not set";

    private static readonly PaymentFault Fault = new(IsUnavailable: true, Advice);

    public Task<PaymentFault?> CheckAsync(CancellationToken cancellation) => Task.FromResult<PaymentFault?>(Fault);

    public Task<PaymentFault?> VerifyAsync(Payment payment, CancellationToken cancellation) => Task.FromResult<PaymentFault?>(Fault);

    public Task<BigInteger?> BalanceAsync(Address payer, CancellationToken cancellation) => Task.FromResult<BigInteger?>(null);

    public Task<Finding> FindPaidAsync(Payment payment, CancellationToken cancellation) => Task.FromResult(Finding.Unknown);

    public Task<SettlementOutcome> SettleAsync(Payment payment, string lease, CancellationToken cancellation) =>
        Task.FromResult<SettlementOutcome>(new SettlementOutcome.Pending(null));
}
