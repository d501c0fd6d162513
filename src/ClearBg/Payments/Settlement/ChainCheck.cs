using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>
/// Whether the chain lets payments be taken now: the node follows the right chain, the token there checks signatures as ours are checked and isn't paused, gas is affordable, and the settler can pay
/// for it. Reasons are for the operator.
/// </summary>
internal sealed class ChainCheck(EthereumNode node, PaymentNetwork network, Address settler, FeePolicy fees, PaymentMetrics metrics)
{
    private const double WeiInEther = 1e18;

    private static readonly PaymentFault Unreachable = Fault("the Ethereum node gives no usable answer");

    private volatile bool _isKnown;

    /// <summary>Asks the node; at most seven calls.</summary>
    public async Task<PaymentFault?> LookAsync(CancellationToken cancellation)
    {
        if (!_isKnown && await LookAtTokenAsync(cancellation) is { } strange)
        {
            return strange;
        }

        // Chain and token don't change while the node answers; after an outage it may be another one.
        var fault = await LookAtNowAsync(cancellation);
        _isKnown = fault != Unreachable;
        return fault;
    }

    private async Task<PaymentFault?> LookAtTokenAsync(CancellationToken cancellation)
    {
        if (!(await node.ChainIdAsync(cancellation)).Succeeded(out var chainId, out _))
        {
            return Unreachable;
        }

        if (chainId != network.ChainId)
        {
            return Fault("the Ethereum node follows another chain than Payments:Network says");
        }

        return !(await node.CallAsync(settler, network.Usdc, Usdc.DomainSeparator(), cancellation)).Succeeded(out var separator, out _) ? Unreachable
            : !separator.AsSpan().SequenceEqual(network.Domain.Separator.ToArray()) ? Fault("the token's DOMAIN_SEPARATOR on the chain is not the one that payers sign under")
            : null;
    }

    private async Task<PaymentFault?> LookAtNowAsync(CancellationToken cancellation)
    {
        if (!(await node.CallAsync(settler, network.Usdc, Usdc.Paused(), cancellation)).Succeeded(out var paused, out _)
            || !(await fees.QuoteAsync(FeePolicy.TypicalBytes, cancellation)).Succeeded(out var quote, out _)
            || !(await node.BalanceAsync(settler, cancellation)).Succeeded(out var balance, out _))
        {
            return Unreachable;
        }

        metrics.SettlerBalance = (double)balance / WeiInEther;
        return paused.AsSpan().ContainsAnyExcept((byte)0) ? Fault("the token is paused")
            : !fees.IsAffordable(quote, FeePolicy.TypicalGas) ? Fault("gas costs more than Payments:MaxFeePerGas or Payments:MaxGasShare allows")
            : balance < (FeePolicy.TypicalGas * quote.FeeCap) + quote.DataFee ? Fault("the settler's account has too little ether for gas")
            : null;
    }

    private static PaymentFault Fault(string reason) => new(IsUnavailable: true, reason);
}
