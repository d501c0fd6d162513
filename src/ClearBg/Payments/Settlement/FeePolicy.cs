using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>Fees of EIP-1559 as they would be chosen now, and what a rollup asks for beside them.</summary>
/// <param name="Block">The block that they follow from.</param>
/// <param name="TipCap">Most wei per gas for whoever builds the block.</param>
/// <param name="FeeCap">Most wei per gas in all.</param>
/// <param name="DataFee">Most wei for the transaction's bytes, whatever its gas; 0 where the chain is no rollup.</param>
/// <param name="Bytes">Of the call.</param>
internal sealed record FeeQuote(Block Block, BigInteger TipCap, BigInteger FeeCap, BigInteger DataFee, int Bytes)
{
    /// <summary>What a unit of gas would cost in the next block.</summary>
    public BigInteger Price => Block.BaseFee + TipCap;
}

/// <summary>How much is offered for gas: enough for six blocks whose base fee rises as fast as it can, and never more for a unit than the operator says.</summary>
internal sealed class FeePolicy(EthereumNode node, GasTerms terms)
{
    /// <summary>What <see cref="IsAffordable"/> is asked with before a call is known: measured are 78,481, and 95,569 for the first payment to an account.</summary>
    public const long TypicalGas = 100_000;

    /// <summary>Bytes of a call with a key's signature: a selector and nine words.</summary>
    public const int TypicalBytes = sizeof(uint) + (9 * UInt256.Length);

    /// <summary>Bytes of a transaction around its call, without the signature: eight short fields and two lengths.</summary>
    private const int Envelope = 64;

    /// <summary>Wei, for nodes that have no opinion: what Base's own have.</summary>
    private static readonly BigInteger UsualTip = 1_000_000;

    /// <summary>Asks the node.</summary>
    /// <param name="bytes">Of the call.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<NodeAnswer<FeeQuote>> QuoteAsync(int bytes, CancellationToken cancellation)
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

        return !(await node.CallAsync(default, GasPriceOracle.Address, GasPriceOracle.FeeUpperBound(Envelope + bytes), cancellation)).Succeeded(out var dataFee, out failure) ? failure
            : dataFee.Length is 0 or UInt256.Length
                ? new FeeQuote(block, BigInteger.Min(tip, terms.FeeCap), BigInteger.Min((2 * block.BaseFee) + tip, terms.FeeCap), UInt256.Read(dataFee), bytes)
            : NodeFailure.Malformed;
    }

    /// <summary>Whether a call that takes so much gas may be sent at these fees.</summary>
    public bool IsAffordable(FeeQuote quote, long gas) =>
        gas <= EthereumNode.MostGas && quote.Price <= terms.FeeCap && (gas * quote.Price) + quote.DataFee <= terms.Budget;

    /// <summary>Whether it is the call that takes too much, and not gas that costs too much: a payer's contract that is dear to ask, or a signature of thousands of bytes.</summary>
    public bool IsTooDear(FeeQuote quote, long gas) => !IsAffordable(quote, gas) && IsAffordable(quote with { DataFee = quote.DataFee * TypicalBytes / quote.Bytes }, TypicalGas);

    /// <summary>
    /// Fees for a transaction that takes another one's place: an eighth more than those, and no less than the quote, as far as the operator's cap lets them. Nodes ask for a tenth more of both:
    /// null where the cap leaves no room for that. The budget is no bound here, for a payment that is under way should come to its end; but a node's idea of a tip is followed only to twice
    /// the last one.
    /// </summary>
    public FeeQuote? Raise(FeeQuote quote, SentTransaction stuck)
    {
        var tip = BigInteger.Max(Raise(stuck.TipCap), BigInteger.Min(quote.TipCap, BigInteger.Max(2 * stuck.TipCap, UsualTip)));
        var raised = quote with { TipCap = BigInteger.Min(tip, terms.FeeCap), FeeCap = BigInteger.Min(BigInteger.Max(quote.FeeCap, Raise(stuck.FeeCap)), terms.FeeCap) };
        return 10 * raised.TipCap >= 11 * stuck.TipCap && 10 * raised.FeeCap >= 11 * stuck.FeeCap ? raised : null;
    }

    private static BigInteger Raise(BigInteger fee) => ((9 * fee) + 7) / 8;
}
