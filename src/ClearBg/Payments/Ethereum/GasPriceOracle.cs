namespace ClearBg.Payments.Ethereum;

/// <summary>
/// What a rollup asks for beside gas: its contract that says what a transaction's bytes cost on the chain below (OP Stack's predeploy, from its upgrade Fjord on).
/// https://specs.optimism.io/protocol/fjord/predeploys.html
/// </summary>
internal static class GasPriceOracle
{
    /// <summary>The same on all chains of this kind; others have no code there.</summary>
    public static readonly Address Address = new(Convert.FromHexString("420000000000000000000000000000000000000F"));

    /// <summary><c>getL1FeeUpperBound(uint256)</c>: a word, the most wei that a transaction of so many bytes without its signature may cost, however badly they compress.</summary>
    public static byte[] FeeUpperBound(int bytes) => new AbiWriter().Add(bytes).ToCall(0xF1C7A58B);
}
