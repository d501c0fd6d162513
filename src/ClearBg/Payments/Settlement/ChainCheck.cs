using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>Whether the chain lets payments be handed in now: what <see cref="TokenCheck"/> looks at, and then whether gas is affordable, and the settler can pay for it. Reasons are for the operator.</summary>
internal sealed class ChainCheck(EthereumNode node, TokenCheck token, Address settler, FeePolicy fees, PaymentMetrics metrics)
{
    private const double WeiInEther = 1e18;

    /// <summary>Asks the node; at most seven calls.</summary>
    public async Task<PaymentFault?> LookAsync(CancellationToken cancellation) => await token.LookAsync(cancellation) ?? await LookAtGasAsync(cancellation);

    private async Task<PaymentFault?> LookAtGasAsync(CancellationToken cancellation)
    {
        if (!(await fees.QuoteAsync(FeePolicy.TypicalBytes, cancellation)).Succeeded(out var quote, out _) || !(await node.BalanceAsync(settler, cancellation)).Succeeded(out var balance, out _))
        {
            return TokenCheck.Unreachable;
        }

        metrics.SettlerBalance = (double)balance / WeiInEther;
        return !fees.IsAffordable(quote, FeePolicy.TypicalGas) ? TokenCheck.Fault("gas costs more than Payments:MaxFeePerGas or Payments:MaxGasShare allows")
            : balance < (FeePolicy.TypicalGas * quote.FeeCap) + quote.DataFee ? TokenCheck.Fault("the settler's account has too little ether for gas")
            : null;
    }
}
