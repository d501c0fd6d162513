using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>Fees of EIP-1559 as they would be chosen now.</summary>
/// <param name="Block">The block that they follow from.</param>
/// <param name="TipCap">Most wei per gas for whoever builds the block.</param>
/// <param name="FeeCap">Most wei per gas in all.</param>
internal sealed record FeeQuote(Block Block, BigInteger TipCap, BigInteger FeeCap)
{
    /// <summary>What a unit of gas would cost in the next block.</summary>
    public BigInteger Price => Block.BaseFee + TipCap;
}

/// <summary>How much is offered for gas: enough for six blocks whose base fee rises as fast as it can, and never more than the operator says.</summary>
internal sealed class FeePolicy(EthereumNode node, GasTerms terms)
{
    /// <summary>What <see cref="IsAffordable"/> is asked with before a call is known: measured are 78,481, and 95,569 for the first payment to an account.</summary>
    public const long TypicalGas = 100_000;

    /// <summary>Whatever it costs: no wallet's check of a signature takes as much.</summary>
    private const long MostGas = 1_000_000;

    /// <summary>Wei, for nodes that have no opinion: what Base's own have.</summary>
    private static readonly BigInteger UsualTip = 1_000_000;

    /// <summary>Asks the node.</summary>
    public async Task<NodeAnswer<FeeQuote>> QuoteAsync(CancellationToken cancellation)
    {
        if (!(await node.LatestBlockAsync(cancellation)).Succeeded(out var block, out var failure))
        {
            return failure;
        }

        if (!(await node.TipAsync(cancellation)).Succeeded(out var tip, out failure))
        {
            if (failure is not NodeFailure.Refusal)
            {
                return failure;
            }

            tip = UsualTip;
        }

        return new FeeQuote(block, BigInteger.Min(tip, terms.FeeCap), BigInteger.Min((2 * block.BaseFee) + tip, terms.FeeCap));
    }

    /// <summary>Whether a call that takes so much gas may be sent at these fees.</summary>
    public bool IsAffordable(FeeQuote quote, long gas) => gas <= MostGas && quote.Price <= terms.FeeCap && gas * quote.Price <= terms.Budget;

    /// <summary>
    /// Fees for a transaction that takes another one's place: an eighth more than those, and no less than the quote. Nodes ask for a tenth more of both. Null where that is over the operator's cap;
    /// the budget is no bound here, for a payment that is under way should come to its end.
    /// </summary>
    public FeeQuote? Raise(FeeQuote quote, SentTransaction stuck)
    {
        var (tip, fee) = (BigInteger.Max(quote.TipCap, Raise(stuck.TipCap)), BigInteger.Max(quote.FeeCap, Raise(stuck.FeeCap)));
        return fee <= terms.FeeCap ? quote with { TipCap = tip, FeeCap = fee } : null;
    }

    private static BigInteger Raise(BigInteger fee) => ((9 * fee) + 7) / 8;
}
